import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { diskFailure } from './disk-failure.ts';
import { passUnsupported } from './files.ts';

/** A file under a name of its own, until it is whole. */
export interface TempFile {
  path: string;
  write(chunk: Uint8Array): Promise<void>;
  /** Empties it. */
  restart(): Promise<void>;
  /** Flushes it to disk and closes it. */
  finish(): Promise<void>;
  remove(): Promise<void>;
  /** It has its final name now: nothing is left to remove. */
  forget(): void;
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
  let file: FileHandle | undefined;
  await attempt(async () => {
    // Made at once: a signal finds the file, or nothing makes it any more.
    closeSync(openSync(path, 'ax'));
    existing.add(path);
    file = await open(path, constants.O_WRONLY | constants.O_APPEND);
  });

  async function close(): Promise<void> {
    const open = file;
    file = undefined;
    await open?.close();
  }

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw diskFailure(error, folder);
    }
  }

  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let writing = Promise.resolve();

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
    if (!file) throw new Error(`${path} is closed`);
    const { bytesWritten } = await file.writev(chunks);
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (bytesWritten === length) return;
    const rest = Buffer.concat(chunks).subarray(bytesWritten);
    for (let at = 0; at < rest.length; ) at += (await file.write(rest, at)).bytesWritten;
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
        await file?.truncate(0);
      }),
    finish: () =>
      attempt(async () => {
        await writeGathered();
        await writing;
        await file?.datasync().catch(passUnsupported);
        await close();
      }),
    async remove() {
      await writing.catch(() => undefined);
      await close().catch(() => undefined);
      if (existing.delete(path)) await unlink(path).catch(() => undefined);
    },
    forget: () => void existing.delete(path),
  };
}
