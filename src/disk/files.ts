import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type AppendFile, openAppend, passUnsupported } from './append-file.ts';
import { flushFolder, makeFolders } from './folder.ts';
import { type Line, linesOf } from './lines.ts';

/** The calls on the file system that the record makes. Tests hand in a disk of their own. Errors are Node's. */
export interface Files {
  /** Returns the names in a folder; none where it does not exist. */
  list(folder: string): Promise<string[]>;
  /** Returns undefined where there is no such file. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Returns undefined where there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Returns the bytes of a file from a position on; undefined where there is no such file. */
  bytes(path: string, from: number): Promise<Buffer | undefined>;
  /** Yields the lines of a file, or of a part of it. Throws ENOENT where it does not exist. */
  lines(path: string, span?: Span): AsyncIterable<Line>;
  /** Makes folders for this user alone, with all that lead to them. */
  makeFolder(path: string): Promise<void>;
  /** Replaces a file that is there. Throws ENOENT where `from` does not exist. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, if it exists. */
  remove(path: string): Promise<void>;
  /** Makes a folder with this file in it at once, flushed; returns false, and changes nothing, where it exists. */
  createFolder(folder: string, name: string, text: string): Promise<boolean>;
  /** Gives a file this text at once, flushed, whether it exists or not. */
  replace(path: string, text: string): Promise<void>;
  /** Gives a file this text, neither at once nor flushed. */
  write(path: string, text: string): Promise<void>;
  /** Adds to the end of a file, without a flush. */
  add(path: string, text: string): Promise<void>;
  /** Throws ENOENT where the file does not exist. */
  openAppend(path: string): Promise<AppendFile>;
  /** Makes new names in the folder survive a power failure. */
  flushFolder(path: string): Promise<void>;
}

/** Bytes of a file: from the first position up to the one behind the last. */
export interface Span {
  from: number;
  to: number;
}

interface FileFacts {
  /** When it was last written, by the file system's own clock: milliseconds since 1970. */
  writtenMs: number;
  /** Changes with every write, or name that comes or goes in a folder: the modification time in full resolution. */
  version: string;
  bytes: number;
}

/** Of folders: for this user alone. */
const mode = 0o700;

export const nodeFiles: Files = {
  list: (folder) => readdir(folder).catch(absent<string[]>([])),
  facts: (path) => stat(path, { bigint: true }).then(factsOf).catch(absent(undefined)),
  read: (path) => readFile(path, 'utf8').catch(absent(undefined)),
  bytes: (path, from) =>
    (from > 0 ? buffer(createReadStream(path, { start: from })) : readFile(path)).catch(absent(undefined)),
  lines: (path, { from, to } = { from: 0, to: Number.POSITIVE_INFINITY }) =>
    linesOf(createReadStream(path, { start: from, end: to - 1 }) as AsyncIterable<Buffer>, from),
  async makeFolder(path) {
    makeFolders(path, mode);
    if ((await stat(path)).mode & 0o077) await chmod(path, mode).catch(() => undefined); // somebody else made it
  },
  rename,
  remove: (path) => unlink(path).catch(absent(undefined)),
  createFolder,
  replace,
  write: (path, text) => putInto(path, 'w', text),
  add: (path, text) => putInto(path, 'a', text),
  openAppend,
  flushFolder,
};

function absent<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value;
    throw error;
  };
}

function factsOf(facts: { mtimeNs: bigint; mtimeMs: bigint; size: bigint }): FileFacts {
  return { writtenMs: Number(facts.mtimeMs), version: String(facts.mtimeNs), bytes: Number(facts.size) };
}

async function putInto(path: string, flags: string, text: string, isFlushed = false): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(text);
    if (isFlushed) await file.datasync().catch(passUnsupported);
  } finally {
    await file.close();
  }
}

/** rename() replaces no folder that holds something, on any file system; a file would need a hard link for that. */
async function createFolder(folder: string, name: string, text: string): Promise<boolean> {
  const temporary = `${folder}.${randomBytes(4).toString('hex')}`;
  try {
    makeFolders(temporary, mode);
    await putInto(join(temporary, name), 'wx', text, true);
    await rename(temporary, folder);
    return true;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    const isTaken = ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (isTaken && (await stat(join(folder, name)).catch(absent(undefined)))) return false;
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await putInto(temporary, 'wx', text, true);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}
