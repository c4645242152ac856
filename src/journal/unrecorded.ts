import type { AppendFile } from '../disk/append-file.ts';
import type { TaskEntry } from './entry.ts';
import { unwritable } from './failures.ts';
import { passingIdentity } from './identity.ts';
import type { Journal } from './journal.ts';
import { createRun, type Run } from './run.ts';

/**
 * A journal that keeps nothing on disk. Where the user did not ask for that (`reason` says why there is no record), the
 * first run fails before anything is paid.
 */
export function unrecorded(reason: string | undefined): Journal {
  const identity = passingIdentity();
  const run = memoryRun();
  return {
    async run() {
      if (reason === undefined) return run;
      throw unwritable(reason);
    },
    identity: async () => identity,
    left: async () => ({ runs: [], unreadable: [] }),
    isDead: async () => true,
    endedIn: async () => [],
    takeOver: async () => undefined,
    claim: async () => true,
    find: async () => new Map(),
    ofBatch: async () => ({ runs: [], unreadable: [] }),
    newest: async () => [],
    forgettable: async () => ({ keys: new Set(), unfinished: 0, running: 0 }),
    forget: async () => undefined,
    owned: () => [run],
    close: async () => undefined,
  };
}

/** Makes a run that keeps its tasks in memory only. */
export function memoryRun(...entries: TaskEntry[]): Run {
  const open = new Map(entries.map((entry) => [entry.key, entry]));
  const remake = async (): Promise<AppendFile> => nowhere;
  return createRun({ file: nowhere, open, holdsClaims: () => true, remake, release: async () => undefined });
}

const nowhere: AppendFile = {
  append: async () => undefined,
  appendNow: () => undefined,
  place: () => 'own',
  close: async () => undefined,
};
