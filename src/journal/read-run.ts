import type { Files } from '../disk/files.ts';
import { apply, type Entry } from './entry.ts';
import { readLine } from './event.ts';

/** The version of the format. A file of a newer one is left alone. */
export const formatVersion = 1;

/** A file of the record, as it was read. */
export interface RunContents {
  /** The tasks that did not end, by idempotency key. */
  open: Map<string, Entry>;
  /** Task ids of which the request is damaged, with their idempotency keys. */
  ids: Map<string, string>;
  /** Idempotency keys of tasks that ended, saved files or were accepted, whatever happened to their request. */
  orphans: Set<string>;
  /** Lines that are neither torn nor known: damaged, or of a later version. */
  strange: number;
}

/** What a file's first line, or its last, says of it. */
interface Mark {
  format?: number;
  /** Its unfinished tasks go on in another file; what follows was written by a process that had lost it. */
  closed?: true;
}

/**
 * Reads a run's file line by line; `ended` gets each task that ended. Undefined where the file is gone. Throws
 * `NewerFormat`, or what the file system throws.
 */
export async function readRun(
  files: Pick<Files, 'lines'>,
  path: string,
  ended?: (entry: Entry) => unknown,
): Promise<RunContents | undefined> {
  const open = new Map<string, Entry>();
  const ids = new Map<string, string>();
  const orphans = new Set<string>();
  const done = new Set<string>();
  let strange = 0;
  let torn = false; // only the last line may be
  try {
    for await (const line of files.lines(path)) {
      if (line === '') continue;
      if (torn) strange += 1;
      torn = false;
      const mark = markOf(line);
      if (mark?.format !== undefined) {
        if (mark.format > formatVersion) throw new NewerFormat(path);
        continue;
      }
      if (mark?.closed) {
        open.clear();
        ids.clear();
        return { open, ids, orphans, strange: 0 };
      }
      const event = readLine(line);
      if (!event) {
        torn = true;
        continue;
      }
      apply(open, event);
      const entry = open.get(event.key);
      if (!entry) {
        if (done.has(event.key)) continue;
        orphans.add(event.key);
        if (event.event === 'accepted') ids.set(event.id, event.key);
        if (event.event === 'ended') for (const [id, key] of ids) if (key === event.key) ids.delete(id);
        continue;
      }
      if (!entry.ended) continue;
      open.delete(event.key);
      done.add(event.key);
      await ended?.(entry);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // taken over by another process
    throw error;
  }
  return { open, ids, orphans, strange };
}

/** A file that a later version of the program wrote. */
export class NewerFormat extends Error {
  readonly code = 'a later version wrote it';
  constructor(path: string) {
    super(`${path} was written by a later version`);
  }
}

/** The line that ends a file whose unfinished tasks go on elsewhere. */
export const closingLine = '{"closed":true}\n';

function markOf(line: string): Mark | undefined {
  if (!/^\{"(format|closed)":/.test(line)) return undefined;
  try {
    const mark = JSON.parse(line) as { format?: unknown; closed?: unknown };
    if (mark.closed === true) return { closed: true };
    return typeof mark.format === 'number' ? { format: mark.format } : undefined;
  } catch {
    return undefined;
  }
}
