import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { beganAt, type Entry, joined } from './entry.ts';
import type { Finished } from './finished.ts';
import { readRun } from './read-run.ts';

/** Which tasks of the record are wanted. */
export interface Query {
  matches(entry: Entry): boolean;
  /** The newest that many at most. */
  limit: number;
  /** Nothing that began earlier matches, in milliseconds since 1970. */
  since?: number | undefined;
}

export interface Places {
  files: Files;
  runs: string;
  finished: Finished;
}

/**
 * Finds the newest tasks that match, newest first, each once although two runs may hold it. Memory grows with the
 * limit, not with the record. A file that cannot be read is left out and named to `unreadable`.
 */
export async function newestOf(
  { files, runs, finished }: Places,
  { matches, limit, since = Number.NEGATIVE_INFINITY }: Query,
  unreadable: (path: string, error: unknown) => void,
): Promise<Entry[]> {
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

  async function read(path: string): Promise<void> {
    try {
      const contents = await readRun(files, path, consider);
      for (const entry of contents?.open.values() ?? []) consider(entry);
    } catch (error) {
      unreadable(path, error);
    }
    shrink();
  }

  for (const name of (await files.list(runs))
    .filter((each) => each.endsWith('.jsonl'))
    .sort()
    .reverse())
    await read(join(runs, name));
  for (const { name, lastAt } of await finished.newest()) {
    if (lastAt < since || lastAt < oldest) break;
    await read(join(finished.folder, name));
  }
  // Two views of one task may match that no longer do so together.
  return sorted(kept.values()).filter(matches).slice(0, limit);
}

function sorted(entries: Iterable<Entry>): Entry[] {
  return [...entries].sort((a, b) => beganAt(b) - beganAt(a) || (a.key < b.key ? -1 : 1));
}
