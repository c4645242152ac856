import {
  close,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** A file that only grows: by the whole of a text, or by nothing. */
export interface AppendFile {
  /** On disk when it resolves. Callers who wait at the same time share one flush. */
  append(text: string): Promise<void>;
  /** Written when it returns, which outlives the process but not a power failure. */
  appendNow(text: string): void;
  /** Tells whether the file is still under its own name, or was moved to another, or deleted, if with its folder. */
  place(): 'own' | 'moved' | 'deleted';
  close(): Promise<void>;
}

const newline = 0x0a;

/** Ends a line of which only a part was written: what its writer knows to be void is not damage. */
export const tornEnd = '\x18';

/**
 * Writes happen at once, in their order, and only the flush is waited for: a signal never finds half a line, and a
 * killed process has written all that it had begun to say.
 */
export async function openAppend(path: string): Promise<AppendFile> {
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
      const there = factsOf(path);
      if (there && isSame(there, own)) return 'own';
      const now = fstatSync(file); // some file systems number their files anew
      if (there) return isSame(there, now) ? 'own' : 'moved';
      // Whoever takes a file over leaves the folder where it is: one that is gone was moved away with all that is in it.
      return now.nlink === 0 || !factsOf(dirname(path)) ? 'deleted' : 'moved';
    },
    async close() {
      await (following ?? flushing)?.catch(() => undefined);
      await promisify(close)(file);
    },
  };
}

/** Undefined where there is no such file, or no folder that it could be in. */
function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** Some file systems cannot flush a file and say so. The write has not failed then. */
export function passUnsupported(error: NodeJS.ErrnoException): void {
  if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code ?? '')) throw error;
}
