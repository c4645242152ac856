import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import type { Entry } from './entry.ts';
import { readLine } from './event.ts';
import type { Folders } from './left-runs.ts';
import { isRunFile, newStamp, parseRunName, runFile } from './names.ts';
import { readRun } from './read-run.ts';

/** The tasks that can be deleted from the record, and how many of those chosen must stay. */
export interface Forgettable {
  /** Idempotency keys. */
  keys: ReadonlySet<string>;
  /** Tasks that are not finished: their record is what keeps them from being paid for twice. */
  unfinished: number;
  /** Tasks of runs that go on: their files belong to other processes. */
  running: number;
}

/** Sorts what is chosen into what can be forgotten and what stays. A file that cannot be read stays as it is. */
export async function findForgettable(folders: Folders, isChosen: (entry: Entry) => boolean): Promise<Forgettable> {
  const keys = new Set<string>();
  const unfinished = new Set<string>();
  const running = new Set<string>();
  for (const { path, isRunning } of await allFiles(folders)) {
    const note = (entry: Entry, where: Set<string>): void => {
      if (isChosen(entry)) (isRunning ? running : where).add(entry.key);
    };
    const left = await readRun(folders.files, path, (entry) => note(entry, keys)).catch(() => undefined);
    for (const entry of left?.open.values() ?? []) note(entry, unfinished);
  }
  for (const key of unfinished) if (running.has(key)) unfinished.delete(key);
  for (const key of [...unfinished, ...running]) keys.delete(key);
  return { keys, unfinished: unfinished.size, running: running.size };
}

/**
 * Takes tasks out of the record.
 * @param separate moves the finished tasks of a dead run into a file of their own
 */
export async function forget(
  folders: Folders,
  keys: ReadonlySet<string>,
  separate: (path: string) => Promise<unknown>,
): Promise<void> {
  const { files, finished } = folders;
  for (const { path, isRunning, isDone } of await allFiles(folders)) {
    if (!isDone && !isRunning && (await holdsAny(files, path, keys))) await separate(path);
  }
  for (const { path, isDone } of await allFiles(folders)) {
    if (isDone && (await holdsAny(files, path, keys))) await forgetIn(files, path, keys);
  }
  await finished.tidy();
}

interface RunFile {
  path: string;
  /** Its process lives, or may. */
  isRunning: boolean;
  isDone: boolean;
}

async function allFiles({ files, runs, finished, isOwn, isDead }: Folders): Promise<RunFile[]> {
  const unfinished = (await files.list(runs)).filter(isRunFile).map(async (name) => {
    const path = join(runs, name);
    return { path, isRunning: isOwn(path) || !(await isDead(path)), isDone: false };
  });
  const done = (await files.list(finished.folder))
    .filter(isRunFile)
    .map((name) => ({ path: join(finished.folder, name), isRunning: false, isDone: true }));
  return [...(await Promise.all(unfinished)), ...done];
}

async function holdsAny(files: Files, path: string, keys: ReadonlySet<string>): Promise<boolean> {
  let holds = false;
  await readRun(files, path, ({ key }) => (holds ||= keys.has(key))).catch(() => undefined);
  return holds;
}

/**
 * Writes what is left of a file of finished runs into a new one, because the index knows where in the old one its tasks
 * stand. Lines that cannot be read are kept.
 */
async function forgetIn(files: Files, path: string, keys: ReadonlySet<string>): Promise<void> {
  const ended = new Set<string>();
  const contents = await readRun(files, path, ({ key }) => ended.add(key));
  const goesOn = (key: string): boolean => contents?.closed === true && !ended.has(key) && !contents.orphans.has(key);
  const kept: string[] = [];
  let tasks = 0;
  for await (const { text } of files.lines(path)) {
    const event = readLine(text);
    if (event && (keys.has(event.key) || goesOn(event.key))) continue;
    if (event) tasks += 1;
    kept.push(`${text}\n`);
  }
  const name = parseRunName(path);
  const stamp = newStamp(Number.parseInt(name.stamp, 36) || 0);
  const other = join(path, '..', runFile({ ...name, stamp }));
  if (tasks > 0) await files.replace(other, kept.join(''));
  await files.remove(path);
}
