import { randomBytes } from 'node:crypto';
import {
  close,
  constants,
  createReadStream,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { chmod, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
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

/** A file that only grows: by the whole of a text, or by nothing. */
export interface AppendFile {
  /** On disk when it resolves. Callers who wait at the same time share one flush. */
  append(text: string): Promise<void>;
  /** Written when it returns, which outlives the process but not a power failure. */
  appendNow(text: string): void;
  /** Tells whether the file is still under its own name, or was moved to another, or deleted. */
  place(): 'own' | 'moved' | 'deleted';
  close(): Promise<void>;
}

const newline = 0x0a;

/** Ends a line of which only a part was written: what its writer knows to be void is not damage. */
export const tornEnd = '\x18';

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

/**
 * Writes happen at once, in their order, and only the flush is waited for: a signal never finds half a line, and a
 * killed process has written all that it had begun to say.
 */
async function openAppend(path: string): Promise<AppendFile> {
  const file = openSync(path, constants.O_RDWR | constants.O_APPEND); // one that was moved is not made again
  const own = fstatSync(file);
  const flushNow = promisify(fdatasync);
  /** What ends a line that may be torn: by the process that wrote it before, or by a write of this one that failed. */
  let lineEnd = own.size > 0 && lastByte(own.size) !== newline ? '\n' : '';
  let flushing: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  function lastByte(end: number): number | undefined {
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, end - 1);
    return byte[0];
  }

  function write(text: string): void {
    const bytes = Buffer.from(lineEnd + text);
    const before = size();
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(file, bytes, written);
      lineEnd = '';
    } catch (error) {
      if (!takeBack(before, bytes.length)) lineEnd = `${tornEnd}\n`;
      throw error;
    }
  }

  /** A text could not be written as a whole. Tells whether nothing of it is left; more than it is another process's. */
  function takeBack(before: number, most: number): boolean {
    const added = size() - before;
    try {
      if (added > 0 && added <= most) ftruncateSync(file, before);
      return added >= 0 && added <= most;
    } catch {
      return false;
    }
  }

  /** NaN where it cannot be known. */
  function size(): number {
    try {
      return fstatSync(file).size;
    } catch {
      return Number.NaN;
    }
  }

  /** A caller who comes while a flush is under way needs the next one. */
  function flush(): Promise<void> {
    if (!flushing) {
      flushing = flushNow(file)
        .catch(passUnsupported)
        .finally(() => {
          flushing = undefined;
        });
      return flushing;
    }
    following ??= flushing
      .catch(() => undefined)
      .then(() => {
        following = undefined;
        return flush();
      });
    return following;
  }

  return {
    async append(text) {
      write(text);
      await flush();
    },
    appendNow: write,
    place() {
      const there = statSync(path, { throwIfNoEntry: false });
      if (there && isSame(there, own)) return 'own';
      const now = fstatSync(file); // some file systems number their files anew
      if (there) return isSame(there, now) ? 'own' : 'moved';
      return now.nlink === 0 ? 'deleted' : 'moved';
    },
    async close() {
      await (following ?? flushing)?.catch(() => undefined);
      await promisify(close)(file);
    },
  };
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** Some file systems cannot flush a file and say so. The write has not failed then. */
export function passUnsupported(error: NodeJS.ErrnoException): void {
  if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code ?? '')) throw error;
}
