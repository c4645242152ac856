import { randomBytes } from 'node:crypto';
import {
  close,
  createReadStream,
  fdatasync,
  fstatSync,
  ftruncate,
  lstatSync,
  openSync,
  unlinkSync,
  write,
  writev,
} from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../errors.ts';
import { passUnsupported } from './append-file.ts';
import { diskFailure } from './disk-failure.ts';
import { place } from './place.ts';

/** A file under a name of its own, until it is whole. It stays open: nobody can put another in its place. */
export interface TempFile {
  path: string;
  write(chunk: Uint8Array): Promise<void>;
  /** Empties it. */
  restart(): Promise<void>;
  /** Flushes it to disk. */
  finish(): Promise<void>;
  /** Reads what was written. */
  read(): AsyncIterable<Uint8Array>;
  /**
   * Gives the finished file its final name, which then survives a power failure. `taken`: the name was there already,
   * and nothing was changed.
   */
  place(to: string, overwrite: boolean): Promise<'placed' | 'taken'>;
  /** Removes it, unless it was placed. */
  remove(): Promise<void>;
}

/** One write of so many bytes takes a quarter of the time that many writes of a network's chunks take. */
const mostGathered = 2 ** 20;

const existing = new Set<string>();

/** Removes every temporary file of this process at once, for a signal handler. */
export function removeTempFiles(): void {
  for (const path of existing) {
    try {
      unlinkSync(path);
    } catch {
      // It has just been renamed, or its folder is gone.
    }
  }
}

const nameForm = /^\.runapi-imagen-[0-9a-f]{12}\.part$/;

/** A name that no other file has. */
export function tempPath(folder: string): string {
  return join(folder, `.runapi-imagen-${randomBytes(6).toString('hex')}.part`);
}

/** Removes a temporary file that a dead process left, and nothing that does not look like one. */
export async function removeLeftFile(path: string): Promise<void> {
  if (nameForm.test(basename(path))) await unlink(path).catch(() => undefined);
}

/** Throws `download` for what the file system refuses, here and in each method. */
export async function createTempFile(folder: string, path = tempPath(folder)): Promise<TempFile> {
  await stat(folder).catch(() => undefined); // a file system that hangs does so here, where a signal still ends it
  // Made at once: a signal finds the file, or nothing makes it any more.
  const file = await attempt(async () => openSync(path, 'ax+'));
  existing.add(path);
  let isOpen = true;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let bytes = 0;
  let writing = Promise.resolve();

  async function attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw diskFailure(error, folder);
    }
  }

  /** Begins to write what was gathered once what was before is written. */
  async function writeGathered(): Promise<void> {
    await writing;
    const chunks = gathered;
    gathered = [];
    gatheredBytes = 0;
    writing = writeAll(chunks);
    writing.catch(() => undefined); // whoever comes next is told
  }

  async function writeAll(chunks: Uint8Array[]): Promise<void> {
    if (chunks.length === 0) return;
    const { bytesWritten } = await promisify(writev)(file, chunks);
    const rest = Buffer.concat(chunks).subarray(bytesWritten);
    for (let at = 0; at < rest.length; ) {
      at += (await promisify(write)(file, rest, at, rest.length - at, null)).bytesWritten;
    }
    bytes += bytesWritten + rest.length;
  }

  /** In a folder that others can write the name may lead to another file by now. */
  function check(name: string): void {
    const own = fstatSync(file);
    const named = lstatSync(name, { throwIfNoEntry: false });
    const isOwn = named?.isFile() && named.ino === own.ino && named.dev === own.dev && own.size === bytes;
    if (!isOwn) {
      throw new Failure('download', `${name} was changed by somebody else while it was written`, {
        hint: 'Name a folder that others cannot write with --dir',
      });
    }
  }

  async function closeFile(): Promise<void> {
    if (!isOpen) return;
    isOpen = false;
    await promisify(close)(file);
  }

  return {
    path,
    write: (chunk) =>
      attempt(async () => {
        gathered.push(chunk);
        gatheredBytes += chunk.length;
        if (gatheredBytes >= mostGathered) await writeGathered();
      }),
    restart: () =>
      attempt(async () => {
        gathered = [];
        gatheredBytes = 0;
        await writing.catch(() => undefined);
        writing = Promise.resolve();
        await promisify(ftruncate)(file, 0);
        bytes = 0;
      }),
    finish: () =>
      attempt(async () => {
        await writeGathered();
        await writing;
        await promisify(fdatasync)(file).catch(passUnsupported);
      }),
    read: () => createReadStream('', { fd: file, start: 0, autoClose: false }) as AsyncIterable<Uint8Array>,
    async place(to, overwrite) {
      check(path);
      if ((await place(path, to, overwrite)) === 'taken') return 'taken';
      existing.delete(path);
      check(to);
      await closeFile();
      return 'placed';
    },
    async remove() {
      await writing.catch(() => undefined);
      await closeFile().catch(() => undefined);
      if (existing.delete(path)) await unlink(path).catch(() => undefined);
    },
  };
}
