import { removeTempFiles } from '../disk/temp-file.ts';
import type { TaskEntry } from '../journal/entry.ts';
import type { Run } from '../journal/run.ts';
import type { Work } from './engine.ts';

/**
 * Ends the work at once, for a signal handler: temporary files are removed, and requests that never left are closed
 * as given up. Returns the tasks that go on at the service, or may.
 * @param reason is noted in the record of what is given up
 */
export function abandon({ engine, fates, runs, wishes }: Work, reason: string): TaskEntry[] {
  removeTempFiles();
  const left: TaskEntry[] = [];
  for (const run of new Set([...engine.journal.owned(), ...runs])) {
    for (const entry of [...run.open.values()]) {
      const fate = fates.get(entry.key);
      // Not of this work, or let go as it was asked for.
      if (!fate || (entry.letGo && !wishes.wait)) continue;
      if (entry.accepted || fate.uncertain) left.push(entry);
      else giveUp(run, entry.key, engine.clock.now(), reason);
    }
  }
  return left;
}

function giveUp(run: Run, key: string, at: number, message: string): void {
  try {
    run.appendNow({ event: 'ended', key, at, how: 'given-up', message });
  } catch {
    // A later `resume` sends it: not what was wanted, but nothing is lost.
  }
}
