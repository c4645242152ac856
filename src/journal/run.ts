import type { AppendFile } from '../disk/append-file.ts';
import { apply, type TaskEntry } from './entry.ts';
import type { Event } from './event.ts';
import { lostRun } from './failures.ts';

/** One run's record, which belongs to this process alone. */
export interface Run {
  /** Tasks that have not ended, by idempotency key. */
  readonly open: ReadonlyMap<string, TaskEntry>;
  /**
   * On disk when it resolves; `open` has it at once. Where it cannot be written an intent counts as given up, and
   * everything else is written with what comes next. Throws `interrupted` as `check` does.
   */
  append(...events: Event[]): Promise<void>;
  /** For a signal handler: written when it returns. */
  appendNow(event: Event): void;
  /** Throws `interrupted` where another process has taken the run over. */
  check(): void;
  /** Makes the file anew where the state folder was deleted. Throws as `check` does, or where it cannot be written. */
  restore(): Promise<void>;
  /** Lets the file go: a run of which every task ended is put aside, any other is for whoever takes it over. */
  close(): Promise<void>;
}

export interface RunOptions {
  file: AppendFile;
  /** Tells whether what this process has claimed is still its own. */
  holdsClaims(): boolean;
  open: Map<string, TaskEntry>;
  /** Makes the file anew with what is open. */
  remake(open: Iterable<TaskEntry>): Promise<AppendFile>;
  /** Puts the closed file where it belongs; `whole`: it holds all that happened. */
  release(open: ReadonlyMap<string, TaskEntry>, whole: boolean): Promise<void>;
}

export function createRun({ file: first, open, holdsClaims, remake, release }: RunOptions): Run {
  let file = first;
  let remaking: Promise<void> | undefined;
  let isLost = false;
  /** Lines that could not be written. */
  let owed = '';

  function remember(event: Event): void {
    apply(open, event);
    if (open.get(event.key)?.ended) open.delete(event.key); // a long batch must not grow in memory
  }

  function check(): void {
    const place = remaking ? 'deleted' : file.place();
    // Where the whole state folder was deleted, nobody has taken anything over.
    isLost ||= place === 'moved' || (place === 'own' && !holdsClaims());
    if (isLost) throw lostRun();
  }

  /** Undefined where the file is in its place. */
  function restoring(): Promise<void> | undefined {
    check();
    if (!remaking && file.place() === 'deleted') {
      remaking = makeAnew().finally(() => {
        remaking = undefined;
      });
    }
    return remaking;
  }

  async function makeAnew(): Promise<void> {
    const gone = file;
    file = await remake(open.values());
    await gone.close();
  }

  /** What was not written down is not begun; what has happened, has happened. */
  function owe(before: string, events: readonly Event[]): void {
    owed += before;
    for (const event of events) {
      const { event: what, key, at } = event;
      const last: Event = { event: 'ended', key, at, how: 'given-up', message: 'not recorded' };
      owed += lineOf(what === 'intended' ? last : event);
      if (what === 'intended') open.delete(key);
    }
  }

  return {
    open,
    check,
    restore: async () => restoring(),
    async append(...events) {
      events.forEach(remember);
      let before = '';
      try {
        const anew = restoring();
        if (anew) await anew; // else it is written when the call returns
        before = owed;
        owed = '';
        await file.append(before + events.map(lineOf).join(''));
      } catch (error) {
        if (!isLost) owe(before, events);
        throw error;
      }
    },
    appendNow(event) {
      check();
      remember(event);
      try {
        file.appendNow(lineOf(event));
      } catch (error) {
        owe('', [event]);
        throw error;
      }
    },
    async close() {
      const isOwn = await isStillOwn();
      if (isOwn) await settle();
      await file.close().catch(() => undefined); // every line that mattered was flushed
      if (isOwn) await release(open, owed === '').catch(() => undefined); // the next command finds it where it is
    },
  };

  async function isStillOwn(): Promise<boolean> {
    try {
      if (open.size > 0) await restoring();
      return file.place() === 'own';
    } catch {
      return false;
    }
  }

  /** Writes what could not be written, and flushes what was not. */
  async function settle(): Promise<void> {
    const before = owed;
    owed = '';
    if (before !== '' || open.size > 0)
      await file.append(before).catch(() => {
        owed = before;
      });
  }
}

function lineOf(event: Event): string {
  return `${JSON.stringify(event)}\n`;
}
