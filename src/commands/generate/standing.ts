import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { type Entry, isUnsent } from '../../journal/entry.ts';
import { accountIfKnown } from '../../paid-task/engine.ts';
import { findExisting } from '../../paid-task/existing.ts';
import { isForgotten, isSameRequest, unanswered } from '../../paid-task/take-up.ts';
import type { ImageRequest } from '../../request/request.ts';
import type { Plan } from './plan.ts';
import { differencesOf } from './run.ts';

/** Why a picture is not, or may not be, bought. */
export interface Standing {
  /** The file that is there already, under --skip-existing. */
  exists?: string | undefined;
  /** The task of an interrupted run that would be taken up. */
  takeUp?: string | undefined;
  /** An interrupted run sent the request and got no answer: it may be paid already. */
  isUnanswered?: boolean;
}

/** Tells what `generate` would find of each picture, without touching it. Throws `conflict` where it would. */
export async function standingsOf(context: Context, plan: Plan, anew: boolean): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const [position, { mark }] of differencesOf(plan.requests).entries()) {
    const target = { ...plan.target, index: position + 1, ...(mark !== undefined && { mark }) };
    const wanted = { request: plan.requests[position], target };
    standings.push({ exists: await findExisting(wanted, context.world.clock.now()) });
  }
  if (!anew) await addLeft(context, plan, standings);
  return standings;
}

/** As taking up does: the unfinished tasks of dead runs first, then what those runs had saved. */
async function addLeft({ engine, state }: Context, { server, requests }: Plan, standings: Standing[]): Promise<void> {
  if (state === undefined || !(await exists(state))) return; // reading the record would create it
  const dead = (await engine.journal.left()).runs.filter(({ life }) => life === 'dead');
  if (dead.length === 0) return;
  const account = await accountIfKnown(engine, server);
  const open = requests.map((request, at) => (standings[at]?.exists === undefined ? request : undefined));

  /** Gives each entry to the first picture that asks for the same. Returns whether one did. */
  function give(entries: Iterable<Entry>): boolean {
    let given = false;
    for (const entry of entries) {
      const isMeant = (request: ImageRequest | undefined): boolean =>
        request !== undefined && isSameRequest(entry, { request, server, account });
      const at = open.findIndex(isMeant);
      if (at < 0) continue;
      if (isForgotten(engine, entry)) throw unanswered(entry);
      open[at] = undefined;
      given = true;
      standings[at] = { takeUp: entry.accepted?.id, isUnanswered: !entry.accepted && !isUnsent(entry) };
    }
    return given;
  }

  const meant = dead.filter(({ entries }) => give([...entries.values()].filter(({ letGo }) => !letGo)));
  for (const run of meant) {
    const ended = await engine.journal.endedIn(run);
    give(ended.filter((entry) => entry.ended?.how === 'saved' || entry.ended?.how === 'kept'));
  }
}
