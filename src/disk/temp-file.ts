import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Throws `download` for what the file system refuses, here and in each method. */
export async function createTempFile(folder: string): Promise<TempFile> {
  const path = join(folder, `.runapi-imagen-${randomBytes(6).toString('hex')}.part`);
  existing.add(path);
  let file: FileHandle | undefined = await open(path, 'wx').catch((error) => {
    existing.delete(path);
    throw diskFailure(error, folder);
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
        for (let at = 0; at < chunk.length; ) at += (await file?.write(chunk, at))?.bytesWritten ?? 0;
      }),
    restart: () => attempt(async () => file?.truncate(0)),
    finish: () =>
      attempt(async () => {
        await file?.datasync();
        await close();
      }),
    async remove() {
      await close().catch(() => undefined);
      await unlink(path).catch(() => undefined);
      existing.delete(path);
    },
    forget: () => void existing.delete(path),
  };
}
