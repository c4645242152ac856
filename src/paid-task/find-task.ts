import type { Entry } from '../journal/entry.ts';
import type { Server, Target } from '../journal/event.ts';
import type { LeftRun } from '../journal/journal.ts';
import type { Begun, Engine, Work } from './engine.ts';
import { adopt, type Claims, foreign, reopen } from './take-up.ts';

/** What the record says of tasks that are looked for by their ids. */
export interface Known {
  dead: readonly LeftRun[];
  /** By id. Tasks of other machines are missing. */
  recorded: ReadonlyMap<string, Entry>;
  claims: Claims;
}

/**
 * Finds tasks in the record by their ids.
 * @param base only tasks at this server count; undefined for any
 */
export async function locate(
  { journal }: Pick<Engine, 'journal'>,
  ids: readonly string[],
  base: string | undefined,
): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>();
  for (const [id, { entry }] of await journal.find(ids)) if (isAt(entry, base)) found.set(id, entry);
  return found;
}

/**
 * Makes the task with that id ready to be worked on: from a dead run, from the record, or as one of another machine at
 * `server`, whose pictures go to `target`.
 */
export async function findTask(
  { engine, fates }: Work,
  id: string,
  { server, target, base }: { server(): Promise<Server>; target: Target; base: string | undefined },
  { dead, recorded, claims }: Known,
): Promise<Begun> {
  const begun = (await ofDeadRun()) ?? (await ofRecord()) ?? foreign(engine, id, await server(), target);
  fates.set(begun.entry.key, begun.fate);
  return begun;

  async function ofDeadRun(): Promise<Begun | undefined> {
    for (const run of dead) {
      const entry = [...run.entries.values()].find((each) => each.accepted?.id === id && isAt(each, base));
      if (entry) return await adopt(engine, run, entry.key, claims);
    }
    return undefined;
  }

  async function ofRecord(): Promise<Begun | undefined> {
    const entry = recorded.get(id);
    return entry && (await reopen(engine, entry));
  }
}

function isAt({ intended }: Entry, base: string | undefined): boolean {
  return base === undefined || intended.server.base === base;
}
