import { randomBytes } from 'node:crypto';
import { open, rename, stat, unlink, utimes } from 'node:fs/promises';
import { linesOf } from '../disk/lines.ts';
import type { Entry } from './entry.ts';
import { readRun } from './read-run.ts';
import { readLine } from './schema.ts';

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
  files: readonly RunFile[],
  isChosen: (entry: Entry) => boolean,
): Promise<Forgettable> {
  const keys = new Set<string>();
  const unfinished = new Set<string>();
  const running = new Set<string>();
  for (const { path, state } of files) {
    const note = (entry: Entry, where: Set<string>): void => {
      if (isChosen(entry)) (state === 'running' ? running : where).add(entry.key);
    };
    const left = await readRun(path, (entry) => note(entry, keys)).catch(() => undefined);
    // Nobody takes up what an ended run left open: its last line was lost.
    for (const entry of left?.values() ?? []) note(entry, state === 'done' ? keys : unfinished);
  }
  for (const key of unfinished) if (running.has(key)) unfinished.delete(key);
  for (const key of [...unfinished, ...running]) keys.delete(key);
  return { keys, unfinished: unfinished.size, running: running.size };
}

/** Whether a file holds a task that is to be forgotten. */
export async function holdsAny(path: string, keys: ReadonlySet<string>): Promise<boolean> {
  let holds = false;
  const note = ({ key }: Entry): boolean => (holds ||= keys.has(key));
  const left = await readRun(path, note).catch(() => undefined);
  for (const entry of left?.values() ?? []) note(entry);
  return holds;
}

/**
 * Takes tasks out of a file that no living process writes; a file that holds no other is removed. The file is
 * whole at every moment. Lines that cannot be read stay beside those that can.
 */
export async function forgetIn(path: string, keys: ReadonlySet<string>): Promise<void> {
  const { mtime, atime } = await stat(path);
  const rewritten = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    const tasks = await copyWithout(keys, path, rewritten);
    await utimes(rewritten, atime, mtime); // its age still tells how old its tasks are
    if (tasks > 0) await rename(rewritten, path);
    else await unlink(path);
  } finally {
    await unlink(rewritten).catch(() => undefined);
  }
}

/** Answers how many lines about tasks are left. */
async function copyWithout(keys: ReadonlySet<string>, from: string, to: string): Promise<number> {
  const file = await open(to, 'wx', 0o600);
  let left = 0;
  try {
    for await (const line of linesOf(from)) {
      const event = readLine(line);
      if (event && keys.has(event.key)) continue;
      if (event) left += 1;
      await file.write(`${line}\n`);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return left;
}
