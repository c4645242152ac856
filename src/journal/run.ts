import { utimesSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AppendFile } from './append-file.ts';
import { apply, type TaskEntry } from './entry.ts';
import type { Event } from './event.ts';
import { letGo, nobody } from './owner.ts';
import { renamed } from './run-folders.ts';

/** One run's record, owned by this process alone. */
export interface Run {
  /** Tasks that have not ended, by idempotency key. */
  readonly open: ReadonlyMap<string, TaskEntry>;
  /** On disk when it resolves, all of them or none; `open` tells of them at once. */
  append(...events: Event[]): Promise<void>;
  /** For a signal handler: written when it returns. */
  appendNow(event: Event): void;
  /** Tells others that the run still lives. */
  touch(now: number): void;
  /** Lets the file go: a run of which every task ended is put aside, any other is for whoever takes it over. */
  close(): Promise<void>;
}

/** @param doneFolder where the file is moved when nothing is left to do */
export function createRun(
  path: string,
  file: AppendFile,
  open: Map<string, TaskEntry>,
  doneFolder: string,
): Run {
  function remember(event: Event): void {
    apply(open, event);
    if (event.event === 'ended') open.delete(event.key); // a long batch must not grow in memory
  }
  return {
    open,
    async append(...events) {
      events.forEach(remember);
      try {
        await file.append(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      } catch (error) {
        // What nobody could write down is not begun; what has happened, has happened.
        for (const { event, key } of events) if (event === 'intended') open.delete(key);
        throw error;
      }
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
      await file.close().catch(() => undefined); // every line that mattered was flushed
      // A server lives on when one of its runs is over: the name must not say that the run still goes on.
      const whose = [...open.values()].every((entry) => entry.letGo) ? letGo : nobody;
      const released = join(dirname(path), renamed(basename(path), whose));
      await rename(path, open.size === 0 ? join(doneFolder, basename(path)) : released).catch(
        () => undefined,
      );
    },
  };
}
