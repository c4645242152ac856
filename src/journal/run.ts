import { utimesSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AppendFile } from './append-file.ts';
import { apply, type Entry } from './entry.ts';
import type { Event } from './event.ts';

/** One run's record, owned by this process alone. */
export interface Run {
  /** Tasks that have not ended, by idempotency key. */
  readonly open: ReadonlyMap<string, Entry>;
  /** On disk when it resolves. */
  append(event: Event): Promise<void>;
  /** For a signal handler: on disk when it returns. */
  appendNow(event: Event): void;
  /** Tells others that the run still lives. */
  touch(now: number): void;
  /** Lets the file go; a run of which every task ended is put aside. */
  close(): Promise<void>;
}

/** @param doneFolder where the file is moved when nothing is left to do */
export function createRun(path: string, file: AppendFile, open: Map<string, Entry>, doneFolder: string): Run {
  function remember(event: Event): void {
    apply(open, event);
    if (event.event === 'ended') open.delete(event.key); // a long batch must not grow in memory
  }
  return {
    open,
    append(event) {
      remember(event);
      return file.append(`${JSON.stringify(event)}\n`);
    },
    appendNow(event) {
      remember(event);
      file.appendNow(`${JSON.stringify(event)}\n`);
    },
    touch(now) {
      try {
        utimesSync(path, now / 1000, now / 1000);
      } catch {
        // The lease then runs out, which costs nothing but a second look by somebody else.
      }
    },
    async close() {
      await file.close();
      if (open.size === 0) await rename(path, join(doneFolder, basename(path))).catch(() => undefined);
    },
  };
}
