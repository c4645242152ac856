import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { diskFailure } from './disk-failure.ts';

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

  return {
    path,
    write: (chunk) =>
      attempt(async () => {
        if (!file) throw new Error(`${path} is closed`);
        for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
      }),
    restart: () => attempt(async () => file?.truncate(0)),
    finish: () =>
      attempt(async () => {
        await file?.datasync();
        await close();
      }),
    async remove() {
      await close().catch(() => undefined);
      if (existing.delete(path)) await unlink(path).catch(() => undefined);
    },
    forget: () => void existing.delete(path),
  };
}
