import { randomBytes } from 'node:crypto';
import { closeSync, constants, lstatSync, mkdirSync, openSync, realpathSync, unlinkSync, writeSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { Failure } from '../errors.ts';
import { diskFailure } from './disk-failure.ts';

/**
 * Makes the folder if it is missing and tries it by writing to it, so that what is wrong is told before anything
 * is paid. Throws `download`.
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    if (!(await stat(folder)).isDirectory()) throw notAFolder(folder);
    tryWriting(folder);
  } catch (error) {
    throw diskFailure(error, folder);
  }
}

/** In a file without a name, so that whoever is killed here leaves nothing behind. */
function tryWriting(folder: string): void {
  const file = openNameless(folder) ?? openUnlinked(folder);
  try {
    writeSync(file, 'trial'); // a full disk still makes empty files
  } finally {
    closeSync(file);
  }
}

/** O_TMPFILE of open(2), which Node has no name for; elsewhere it means nothing, and a folder can't be written to. */
const nameless = 0o20000000;

function openNameless(folder: string): number | undefined {
  try {
    return openSync(folder, nameless | constants.O_DIRECTORY | constants.O_WRONLY);
  } catch {
    return undefined; // not Linux, or not every file system: the other way tells what is wrong
  }
}

function openUnlinked(folder: string): number {
  const path = join(folder, `.runapi-imagen-${randomBytes(6).toString('hex')}.part`);
  const file = openSync(path, 'wx');
  unlinkSync(path);
  return file;
}

function notAFolder(folder: string): Failure {
  return new Failure('download', `${folder} is a file, not a folder`, { hint: 'Name another folder with --dir' });
}

/** With all the folders that lead to it. Throws `download`. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await stat(folder).catch(() => undefined); // a file system that hangs does so here, where a signal still ends it
    makeFolders(folder);
  } catch (error) {
    throw diskFailure(error, folder);
  }
}

/** Tells whether a path, made or not, is outside of a folder once all links on the way are followed. */
export function leadsOut(path: string, folder: string): boolean {
  const way = relative(realPath(folder), realPath(path));
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/** What does not exist yet is no link. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/** Makes a folder with all that lead to it. mkdir's `recursive` never returns for one under /proc on Node 20. */
export function makeFolders(folder: string, mode?: number, triesLeft = 5): void {
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    if (isThere(folder)) return;
    const parent = dirname(folder);
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder;
    // Another process may make the parent, or remove it, at this moment.
    if (!isMissing || triesLeft === 0) throw error;
    if (!isThere(parent)) makeFolders(parent, mode, triesLeft);
    makeFolders(folder, mode, triesLeft - 1);
  }
}

/** Makes the names in a folder survive a power failure, where the system can (Windows cannot). */
export async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The files themselves are flushed; only a new name may be lost, and only with the power.
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
