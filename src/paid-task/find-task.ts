import type { Entry } from '../journal/entry.ts';
import type { Server, Target } from '../journal/event.ts';
import type { Known } from '../journal/look-up.ts';
import { adopt, type Claims, foreign, reopen } from './adopt.ts';
import type { Begun, Engine, Work } from './engine.ts';

/**
 * Finds tasks in the record by their ids.
 * @param base only tasks at this server count; undefined for any
 */
export async function locate(
  { journal }: Pick<Engine, 'journal'>,
  ids: readonly string[],
  base: string | undefined,
): Promise<Map<string, Known>> {
  const found = await journal.find(ids);
  for (const [id, { entry }] of found) if (!isAt(entry, base)) found.delete(id);
  return found;
}

/**
 * Makes the task with that id ready to be worked on: from a dead run, from the record, or as one of another machine,
 * whose pictures go to `target`.
 */
export async function findTask(
  { engine, fates }: Work,
  id: string,
  { server, target }: { server(): Promise<Server>; target: Target },
  known: Known | undefined,
  claims: Claims,
): Promise<Begun> {
  const { run, entry } = known ?? {};
  const adopted = run && entry && (await adopt(engine, run, entry.key, claims));
  const begun = adopted ?? (entry && (await reopen(engine, entry))) ?? foreign(engine, id, await server(), target);
  fates.set(begun.entry.key, begun.fate);
  return begun;
}

function isAt({ intended }: Entry, base: string | undefined): boolean {
  return base === undefined || intended.server.base === base;
}
