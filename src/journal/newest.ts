import { basename, join } from 'node:path';
import { beganAt, type Entry } from './entry.ts';
import { readRun } from './read-run.ts';
import { filesByAge } from './run-files.ts';

/** Which tasks of the record are wanted. */
export interface Query {
  matches(entry: Entry): boolean;
  /** So many at most, the newest ones. */
  limit: number;
  /** Nothing older matches, in milliseconds since 1970: files that were last written before are not read. */
  since?: number | undefined;
}

/**
 * The newest tasks that match, newest first, each once although two runs may hold it. Memory grows with the limit,
 * not with the record. A file that cannot be read is left out and named to `unreadable`.
 */
export async function newestOf(
  { runs, done }: { runs: string; done: string },
  { matches, limit, since = Number.NEGATIVE_INFINITY }: Query,
  unreadable: (path: string, error: unknown) => void,
): Promise<Entry[]> {
  const kept = new Map<string, Entry>();
  let oldest = Number.NEGATIVE_INFINITY;

  function consider(entry: Entry): void {
    const known = kept.get(entry.key);
    if (known) kept.set(entry.key, joined(entry, known));
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

  for (const { path, writtenAt } of await filesByAge([runs, done])) {
    // A run holds no task that is younger than its last line.
    if (writtenAt < since || writtenAt < oldest) break;
    try {
      // A run that ends in this moment is put aside under the same name.
      const open = (await readRun(path, consider)) ?? (await readRun(join(done, basename(path)), consider));
      for (const entry of open?.values() ?? []) consider(entry);
    } catch (error) {
      unreadable(path, error);
    }
    shrink();
  }
  // Two views of one task may match that no longer do so together.
  return sorted(kept.values()).filter(matches).slice(0, limit);
}

/** A task of which a later run fetched the pictures again: what that run found out, else what was known before. */
function joined(older: Entry, newer: Entry): Entry {
  return { ...older, ...newer, saved: { ...older.saved, ...newer.saved } };
}

function sorted(entries: Iterable<Entry>): Entry[] {
  return [...entries].sort((a, b) => beganAt(b) - beganAt(a) || (a.key < b.key ? -1 : 1));
}
