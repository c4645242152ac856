import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A file that only grows, each text on disk before its promise resolves. Those who wait at once share one flush. */
export interface AppendFile {
  append(text: string): Promise<void>;
  /** For the moment of dying: written and flushed when this returns. */
  appendNow(text: string): void;
  close(): Promise<void>;
}

interface Waiting {
  text: string;
  resolve(): void;
  reject(error: unknown): void;
}

export async function openAppendFile(path: string): Promise<AppendFile> {
  const file = await open(path, 'a', 0o600);
  let waiting: Waiting[] = [];
  let busy = false;
  let idle = Promise.resolve();
  // A write that failed half way leaves a torn line: the next one must not be glued to it.
  let torn = false;

  async function flushAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await writeAll(file, (torn ? '\n' : '') + batch.map(({ text }) => text).join(''));
        torn = false;
        await file.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        torn = true;
        for (const { reject } of batch) reject(error);
      }
    }
    busy = false; // in the same step as the last look at the queue: nobody is left waiting
  }

  return {
    append: (text) =>
      new Promise((resolve, reject) => {
        waiting.push({ text, resolve, reject });
        if (!busy) idle = flushAll();
      }),
    appendNow(text) {
      const descriptor = openSync(path, 'a', 0o600);
      writeSync(descriptor, `${torn ? '\n' : ''}${waiting.map((each) => each.text).join('')}${text}`);
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
    async close() {
      await idle;
      await file.close();
    },
  };
}

async function writeAll(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
