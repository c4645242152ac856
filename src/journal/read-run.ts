import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { apply, type Entry } from './entry.ts';
import { formatVersion } from './event.ts';
import { readLine, versionOf } from './schema.ts';

/**
 * Reads a run's file line by line; `ended` gets each task that came to its end. Answers the tasks that did not, or
 * undefined where the file is of a newer format or gone.
 */
export async function readRun(
  path: string,
  ended?: (entry: Entry) => unknown,
): Promise<Map<string, Entry> | undefined> {
  const entries = new Map<string, Entry>();
  try {
    let first = true;
    for await (const line of createInterface({
      input: createReadStream(path, 'utf8'),
      crlfDelay: Infinity,
    })) {
      if (first && (versionOf(line) ?? formatVersion) > formatVersion) return undefined;
      first = false;
      const event = readLine(line);
      if (!event) continue;
      apply(entries, event);
      const entry = entries.get(event.key);
      if (!entry?.ended) continue;
      entries.delete(event.key);
      await ended?.(entry);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // taken over by somebody else
    throw error;
  }
  return entries;
}
