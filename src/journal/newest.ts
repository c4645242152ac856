import { join } from 'node:path';
import { digestOf } from './digest.ts';
import { beganAt, type Entry, joined } from './entry.ts';
import type { Folders } from './left-runs.ts';
import { isRunFile, parseRunName } from './names.ts';
import { allIn, type Part } from './parts.ts';
import { nothingRead, readRun } from './read-run.ts';

/** Which tasks of the record are wanted. */
export interface Query {
  matches(entry: Entry): boolean;
  /** The newest that many at most. */
  limit: number;
  /** Nothing that began earlier matches, in milliseconds since 1970. */
  since?: number | undefined;
}

interface Readable {
  path: string;
  lastAt: number;
  /** Its place in the file. */
  from: number;
  read(take: (entry: Entry) => void): Promise<unknown>;
}

/** A task, and where it was found: in which part, the newest first, and as which of its tasks. */
interface Found {
  entry: Entry;
  part: number;
  nth: number;
}

/**
 * Finds the newest tasks that match, newest first, each once although two runs may hold it. Memory grows with the
 * limit, not with the record. A file that cannot be read is left out and named to `unreadable`.
 */
export async function newestOf(
  folders: Folders,
  { matches, limit, since = Number.NEGATIVE_INFINITY }: Query,
  unreadable: (path: string, error: unknown) => void,
): Promise<Entry[]> {
  const { files, state, runs, finished } = folders;
  const kept = new Map<string, Found>();
  let oldest = Number.NEGATIVE_INFINITY;
  let found = 0;

  function consider(entry: Entry, part: number): void {
    const known = kept.get(entry.key);
    if (known) known.entry = joined(known.entry, entry);
    else if (beganAt(entry) >= oldest && matches(entry)) kept.set(entry.key, { entry, part, nth: found++ });
    if (kept.size >= 2 * limit + 100) shrink();
  }

  function shrink(): void {
    if (kept.size < limit) return;
    const newest = [...kept.values()].sort(newestFirst).slice(0, limit);
    kept.clear();
    for (const each of newest) kept.set(each.entry.key, each);
    oldest = Math.min(...newest.slice(-1).map(({ entry }) => beganAt(entry)));
  }

  /** Considers what is unfinished in a run, and returns what else it holds. */
  async function openUp(path: string): Promise<Readable[]> {
    const digest = await digestOf(files, state, path);
    for (const entry of digest?.open.values() ?? []) consider(entry, -1);
    const read = ({ span: { from, to } }: Part, take: (entry: Entry) => void) =>
      readRun(files, path, take, nothingRead(from), to);
    return allIn(digest?.index ?? '').map((part) => readable(path, part, (take) => read(part, take)));
  }

  async function tell<Value>(path: string, work: Promise<Value>): Promise<Value | undefined> {
    try {
      return await work;
    } catch (error) {
      unreadable(path, error);
      return undefined;
    }
  }

  const parts: Readable[] = [];
  for (const file of (await files.list(runs)).filter(isRunFile)) {
    const path = join(runs, file);
    parts.push(...((await tell(path, openUp(path))) ?? []));
  }
  for (const part of await finished.newest()) {
    const path = join(finished.folder, part.file);
    parts.push(readable(path, part, (take) => finished.readPart(part, take)));
  }
  for (const [nth, { path, lastAt, read }] of parts.sort(latestFirst).entries()) {
    // What began at the same time as the oldest, and is in a later part, comes after it.
    if (lastAt < since || lastAt <= oldest) break;
    await tell(
      path,
      read((entry) => consider(entry, nth)),
    );
    shrink();
  }
  const newest = [...kept.values()].sort(newestFirst).map(({ entry }) => entry);
  // Two views of one task may match that no longer do so together.
  return newest.filter(matches).slice(0, limit);
}

function readable(path: string, { lastAt, span: { from } }: Part, read: Readable['read']): Readable {
  return { path, lastAt, from, read };
}

/** Of two that began at one time, the later file: what was done again counts. */
function latestFirst(a: Readable, b: Readable): number {
  const [stampA, stampB] = [parseRunName(a.path).stamp, parseRunName(b.path).stamp];
  return b.lastAt - a.lastAt || (stampA === stampB ? b.from - a.from : stampA < stampB ? 1 : -1);
}

function newestFirst(a: Found, b: Found): number {
  return beganAt(b.entry) - beganAt(a.entry) || a.part - b.part || b.nth - a.nth;
}
