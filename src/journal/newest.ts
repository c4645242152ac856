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
  read(take: (entry: Entry) => void): Promise<unknown>;
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
  const kept = new Map<string, Entry>();
  let oldest = Number.NEGATIVE_INFINITY;

  function consider(entry: Entry): void {
    const known = kept.get(entry.key);
    if (known) kept.set(entry.key, joined(known, entry));
    else if (beganAt(entry) >= oldest && matches(entry)) kept.set(entry.key, entry);
    if (kept.size >= 2 * limit + 100) shrink();
  }

  function shrink(): void {
    if (kept.size < limit) return;
    const newest = sorted(kept.values()).slice(0, limit);
    kept.clear();
    for (const entry of newest) kept.set(entry.key, entry);
    oldest = Math.min(...newest.slice(-1).map(beganAt));
  }

  /** Considers what is unfinished in a run, and returns what else it holds. */
  async function openUp(path: string): Promise<Readable[]> {
    const digest = await digestOf(files, state, path);
    for (const entry of digest?.open.values() ?? []) consider(entry);
    const read = ({ span: { from, to } }: Part, take: (entry: Entry) => void) =>
      readRun(files, path, take, nothingRead(from), to);
    return allIn(digest?.index ?? '').map((part) => ({ path, lastAt: part.lastAt, read: (take) => read(part, take) }));
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
    parts.push({ path, lastAt: part.lastAt, read: (take) => finished.readPart(part, take) });
  }
  for (const { path, lastAt, read } of parts.sort(newestFirst)) {
    if (lastAt < since || lastAt < oldest) break;
    await tell(path, read(consider));
    shrink();
  }
  // Two views of one task may match that no longer do so together.
  return sorted(kept.values()).filter(matches).slice(0, limit);
}

/** Of two that began at one time, the later file: what was done again counts. */
function newestFirst(a: Readable, b: Readable): number {
  return b.lastAt - a.lastAt || (parseRunName(a.path).stamp < parseRunName(b.path).stamp ? 1 : -1);
}

function sorted(entries: Iterable<Entry>): Entry[] {
  return [...entries].sort((a, b) => beganAt(b) - beganAt(a) || (a.key < b.key ? -1 : 1));
}
