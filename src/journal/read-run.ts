import { linesOf } from '../disk/lines.ts';
import { apply, type Entry } from './entry.ts';
import { formatVersion } from './event.ts';
import { isJson, readLine, versionOf } from './schema.ts';

/**
 * Reads a run's file line by line; `ended` gets each task that came to its end. Answers the tasks that did not, or
 * undefined where the file is of a newer format or gone. A line that cannot be read is passed over; one that is not
 * torn either may mean something to a later version, and is told to `strange`.
 */
export async function readRun(
  path: string,
  ended?: (entry: Entry) => unknown,
  strange?: () => void,
): Promise<Map<string, Entry> | undefined> {
  const entries = new Map<string, Entry>();
  try {
    let first = true;
    for await (const line of linesOf(path)) {
      if (first) {
        first = false;
        const version = versionOf(line);
        if (version !== undefined && version > formatVersion) return undefined;
        if (version !== undefined) continue;
      }
      const event = readLine(line);
      if (!event) {
        if (isJson(line)) strange?.();
        continue;
      }
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
