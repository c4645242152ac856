import { tornEnd } from '../disk/append-file.ts';
import type { Files, Span } from '../disk/files.ts';
import { apply, type Entry } from './entry.ts';
import { readLine } from './event.ts';
import { isAbsent, NewerFormat } from './failures.ts';

/** The version of the format. A file of a newer one is left alone. */
export const formatVersion = 1;

/** A file of the record, as far as it was read. */
export interface RunContents {
  /** The tasks that did not end, by idempotency key. */
  open: Map<string, Entry>;
  /** Where the first line of each of them begins. */
  starts: Map<string, number>;
  /** Task ids of which the request is damaged, with their idempotency keys. */
  ids: Map<string, string>;
  /** Idempotency keys of tasks that ended although their request is damaged. */
  orphans: Set<string>;
  /** Lines that are neither torn nor known: damaged, or of a later version. */
  strange: number;
  /** The stamps of the runs of which this one has taken over what was unfinished. */
  continues: readonly string[];
  /** Another run has taken its unfinished tasks over: none is open here. */
  closed: boolean;
  /** The position behind the last line that was read. */
  bytes: number;
}

export function nothingRead(bytes = 0): RunContents {
  return {
    open: new Map(),
    starts: new Map(),
    ids: new Map(),
    orphans: new Set(),
    strange: 0,
    continues: [],
    closed: false,
    bytes,
  };
}

/** Gets each task that ended, and the span of the file that holds all its lines. */
export type OnEnded = (entry: Entry, span: Span) => unknown;

/**
 * Reads a run's file line by line from where `contents` ends, and adds what it finds. Undefined where the file is
 * gone. Throws `NewerFormat`, or what the file system throws.
 */
export async function readRun(
  files: Pick<Files, 'lines'>,
  path: string,
  ended?: OnEnded,
  contents = nothingRead(),
  to = Number.POSITIVE_INFINITY,
): Promise<RunContents | undefined> {
  const { open, starts, ids, orphans } = contents;
  const done = new Set<string>();
  let from = contents.bytes;
  let torn = false; // only the last line may be
  try {
    for await (const { text, end, whole } of files.lines(path, { from, to })) {
      if (torn) contents.strange += 1;
      torn = false;
      const start = from;
      from = end;
      if (text !== '' && !text.endsWith(tornEnd)) {
        const mark = markOf(text, path);
        if (mark?.closed) return { ...nothingRead(end), orphans, closed: true };
        if (mark?.continues) contents.continues = mark.continues;
        torn = mark === undefined && !(await take(text, start, end));
      }
      if (whole && !torn) contents.bytes = end;
    }
  } catch (error) {
    if (isAbsent(error)) return undefined; // another process has moved it
    throw error;
  }
  // Files get their names with a first line in them: one that begins with none was emptied or damaged.
  if (contents.bytes === 0) contents.strange += 1;
  return contents;

  /** Tells whether the line is an event. */
  async function take(text: string, start: number, end: number): Promise<boolean> {
    const event = readLine(text);
    if (!event) return false;
    const { key } = event;
    apply(open, event);
    const entry = open.get(key);
    if (entry && !starts.has(key)) starts.set(key, start);
    if (entry?.ended) {
      const span = { from: starts.get(key) ?? start, to: end };
      open.delete(key);
      starts.delete(key);
      done.add(key);
      await ended?.(entry, span);
    } else if (!entry && !done.has(key)) {
      if (event.event === 'accepted') ids.set(event.id, key);
      if (event.event === 'ended') orphans.add(key);
      if (event.event === 'ended') for (const [id, other] of ids) if (other === key) ids.delete(id);
    }
    return true;
  }
}

/** The state of a file, by one of its lines. */
interface Mark {
  format?: unknown;
  /** The stamps of other runs, whose unfinished tasks are copied into this file. */
  continues?: readonly string[] | undefined;
  /** Its own unfinished tasks go on in another file: what follows was written by a process that had lost it. */
  closed?: boolean;
}

/** The first line of a file, or the one that ends it. */
export function markLine(mark: Mark & { program?: string }): string {
  return `${JSON.stringify(mark)}\n`;
}

/** Throws `NewerFormat`. */
function markOf(line: string, path: string): Mark | undefined {
  if (!/^\{"(format|closed)":/.test(line)) return undefined;
  try {
    const { format, closed, continues } = JSON.parse(line) as Record<string, unknown>;
    if (closed === true) return { closed };
    if (typeof format !== 'number') return undefined;
    if (format > formatVersion) throw new NewerFormat(`${path} was written by a later version`);
    return Array.isArray(continues) ? { continues: continues.map(String) } : {};
  } catch (error) {
    if (error instanceof NewerFormat) throw error;
    return undefined;
  }
}
