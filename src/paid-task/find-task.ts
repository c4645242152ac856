import type { Entry } from '../journal/entry.ts';
import type { Target } from '../journal/event.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { Claims } from './claim.ts';
import { atNamedServer } from './locate.ts';
import { adopt, foreign, reopen } from './reopen.ts';
import type { Begun, Work } from './work.ts';

/** What the record says before any task is looked for. */
export interface Known {
  dead: readonly DeadRun[];
  /** Of the tasks that are looked for, by their ids. */
  recorded: ReadonlyMap<string, Entry>;
  /** The dead runs that were taken over, by their names. */
  owned: Claims;
}

/**
 * The task by its id, ready to be worked on: from a dead run, from the record, or as one of another machine, whose
 * pictures go to `target`.
 */
export async function findTask(
  { context, fates }: Work,
  id: string,
  target: Target,
  inSandbox: boolean,
  { dead, recorded, owned }: Known,
): Promise<Begun> {
  const begun =
    (await ofDeadRun()) ??
    (await ofRecord()) ??
    (await foreign(context, id, await context.server(inSandbox), target));
  fates.set(begun.entry.key, begun.fate);
  return begun;

  async function ofDeadRun(): Promise<Begun | undefined> {
    const isThere = await atNamedServer(context);
    for (const run of dead) {
      const entry = [...run.entries.values()].find((each) => each.accepted?.id === id && isThere(each));
      if (entry) return await adopt(context, run, entry.key, owned);
    }
    return undefined;
  }

  async function ofRecord(): Promise<Begun | undefined> {
    const entry = recorded.get(id);
    return entry && (await reopen(context, entry));
  }
}
