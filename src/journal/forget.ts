import type { Files } from '../disk/files.ts';
import type { Entry } from './entry.ts';
import { readLine } from './event.ts';
import { readRun } from './read-run.ts';

/** What of the record can be forgotten, and how much of what was chosen has to stay. */
export interface Forgettable {
  /** Idempotency keys. */
  keys: ReadonlySet<string>;
  /** Tasks that are not finished: their record is what keeps them from being paid for twice. */
  unfinished: number;
  /** Tasks of runs that go on: their files belong to other processes. */
  running: number;
}

/** A file of the record: its process lives, is gone and left something to do, or has put it aside. */
export interface RunFile {
  path: string;
  state: 'running' | 'dead' | 'done';
}

/** Sorts what is chosen into what can be forgotten and what stays. A file that cannot be read stays as it is. */
export async function findForgettable(
  files: Files,
  all: readonly RunFile[],
  isChosen: (entry: Entry) => boolean,
): Promise<Forgettable> {
  const keys = new Set<string>();
  const unfinished = new Set<string>();
  const running = new Set<string>();
  for (const { path, state } of all) {
    const note = (entry: Entry, where: Set<string>): void => {
      if (isChosen(entry)) (state === 'running' ? running : where).add(entry.key);
    };
    const left = await readRun(files, path, (entry) => note(entry, keys)).catch(() => undefined);
    for (const entry of left?.open.values() ?? []) note(entry, unfinished);
  }
  for (const key of unfinished) if (running.has(key)) unfinished.delete(key);
  for (const key of [...unfinished, ...running]) keys.delete(key);
  return { keys, unfinished: unfinished.size, running: running.size };
}

/** Tells whether a file holds a task that is to be forgotten. */
export async function holdsAny(files: Files, path: string, keys: ReadonlySet<string>): Promise<boolean> {
  let holds = false;
  const left = await readRun(files, path, ({ key }) => (holds ||= keys.has(key))).catch(() => undefined);
  return holds || [...(left?.open.keys() ?? [])].some((key) => keys.has(key));
}

/**
 * Takes tasks out of a file that no living process writes; a file that holds no other is removed. The file is whole at
 * every moment. Lines that cannot be read stay beside those that can.
 */
export async function forgetIn(files: Files, path: string, keys: ReadonlySet<string>): Promise<void> {
  const kept: string[] = [];
  let tasks = 0;
  for await (const line of files.lines(path)) {
    const event = readLine(line);
    if (event && keys.has(event.key)) continue;
    if (event) tasks += 1;
    kept.push(`${line}\n`);
  }
  if (tasks > 0) await files.replace(path, kept.join(''));
  else await files.remove(path);
}
