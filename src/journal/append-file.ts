import { fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** A file that only grows: by the whole of a text, or by nothing. */
export interface AppendFile {
  /** On disk when it resolves. Those who wait at once share one flush. */
  append(text: string): Promise<void>;
  /** For the moment of dying: written when it returns, which outlives the process, and nothing is waited for. */
  appendNow(text: string): void;
  close(): Promise<void>;
}

/**
 * Writes happen at once, in their order, and only the flush is waited for: a signal never finds a line half way, and
 * a killed process has written all that it had begun to say.
 * @param torn its last line may be torn by the process that wrote it and died
 */
export async function openAppendFile(path: string, torn: boolean): Promise<AppendFile> {
  const file = await open(path, 'a', 0o600);
  let mayBeTorn = torn;
  let flushing: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  function write(text: string): void {
    const bytes = Buffer.from(mayBeTorn ? `\n${text}` : text);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(file.fd, bytes, written);
      mayBeTorn = false;
    } catch (error) {
      mayBeTorn ||= written > 0 && !takeBack(written);
      throw error;
    }
  }

  /** The disk filled up in the middle of a text. Answers whether its beginning is gone again. */
  function takeBack(bytes: number): boolean {
    try {
      ftruncateSync(file.fd, fstatSync(file.fd).size - bytes);
      return true;
    } catch {
      return false;
    }
  }

  /** Who comes while a flush is under way needs the next one. */
  function flush(): Promise<void> {
    if (!flushing) {
      flushing = file.datasync().finally(() => {
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
    async close() {
      await (following ?? flushing)?.catch(() => undefined);
      await file.close();
    },
  };
}
