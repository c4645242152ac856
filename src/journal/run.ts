import type { AppendFile } from '../disk/files.ts';
import { Failure } from '../errors.ts';
import { apply, beganAt, type Entry, type TaskEntry } from './entry.ts';
import type { Event } from './event.ts';
import { entriesAtOnce } from './finished.ts';

/** One run's record, which belongs to this process alone. */
export interface Run {
  /** Tasks that have not ended, by idempotency key. */
  readonly open: ReadonlyMap<string, TaskEntry>;
  /** On disk when it resolves, all of them or none; `open` has them at once. Throws `interrupted` as `check` does. */
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
  open: Map<string, TaskEntry>;
  /** Makes the file anew with what is open. */
  remake(open: Iterable<TaskEntry>): Promise<AppendFile>;
  /** Has the index note ended tasks. */
  note(ended: readonly Entry[]): Promise<void>;
  /** Puts the closed file where it belongs; `lastAt`: when its newest task began. */
  release(open: ReadonlyMap<string, TaskEntry>, lastAt: number): Promise<void>;
}

export function createRun({ file: first, open, remake, note, release }: RunOptions): Run {
  let file = first;
  let lost: Failure | undefined;
  let lastAt = 0;
  let ended: Entry[] = [];

  function remember(event: Event): void {
    apply(open, event);
    const entry = open.get(event.key);
    if (event.event === 'intended') lastAt = Math.max(lastAt, event.at);
    if (!entry?.ended) return;
    open.delete(event.key); // a long batch must not grow in memory
    lastAt = Math.max(lastAt, beganAt(entry));
    if (entry.intended.request) ended.push(entry as Entry);
  }

  function check(): void {
    if (!lost && file.place() === 'moved') lost = lostRun();
    if (lost) throw lost;
  }

  async function restore(): Promise<void> {
    check();
    if (file.place() === 'deleted') file = await remake(open.values());
  }

  async function noteSome(atLeast: number): Promise<void> {
    if (ended.length < atLeast) return;
    const some = ended;
    ended = [];
    await note(some).catch(() => undefined); // the index is made anew where it lacks something
  }

  return {
    open,
    check,
    restore,
    async append(...events) {
      check();
      if (file.place() === 'deleted') await restore(); // otherwise the line is written when the call returns
      events.forEach(remember);
      try {
        await file.append(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      } catch (error) {
        // What nobody could write down is not begun; what has happened, has happened.
        for (const { event, key } of events) if (event === 'intended') open.delete(key);
        throw error;
      }
      await noteSome(entriesAtOnce);
    },
    appendNow(event) {
      check();
      remember(event);
      file.appendNow(`${JSON.stringify(event)}\n`);
    },
    async close() {
      const isOwn = !lost && file.place() === 'own';
      await file.close().catch(() => undefined); // every line that mattered was flushed
      if (!isOwn) return;
      await noteSome(1);
      for (const entry of open.values()) lastAt = Math.max(lastAt, beganAt(entry));
      await release(open, lastAt).catch(() => undefined); // the next command finds it where it is
    },
  };
}

function lostRun(): Failure {
  return new Failure(
    'interrupted',
    'another process has taken this run over: nothing more is sent or saved here',
    {
      hint: 'It believed this one dead. History and resume tell how its tasks end',
    },
  );
}
