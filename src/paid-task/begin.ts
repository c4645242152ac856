import type { Server, Target } from '../journal/event.ts';
import type { ImageRequest } from '../request/request.ts';
import { intend } from './intend.ts';
import { checkBudget } from './keep-budget.ts';
import { takeUp } from './take-up.ts';
import type { Begun, Work } from './work.ts';

/**
 * Takes up what interrupted runs began of the wanted pictures (unless `anew`) and puts the intent of each other one
 * on disk, before the first request leaves.
 */
export async function begin(
  work: Work,
  wanted: readonly Wanted[],
  server: Server,
  anew: boolean,
): Promise<Begun[]> {
  const taken = anew ? [] : await takeUp(work, wanted, server);
  const unpaid = wanted.filter((_, position) => !taken[position]?.entry.accepted);
  await checkBudget(
    work,
    server,
    unpaid.map(({ request }) => request),
  );
  const fresh = await intend(
    work,
    wanted.filter((_, position) => !taken[position]).map((each) => ({ server, ...each })),
  );
  for (const known of taken) if (known) sayTakenUp(work, known);
  return wanted.flatMap((_, position) => taken[position] ?? fresh.shift() ?? []);
}

/** A picture that is wanted, and where it goes. */
export interface Wanted {
  request: ImageRequest;
  target: Target;
}

function sayTakenUp({ context }: Work, { entry }: Begun): void {
  const what = entry.accepted ? `task ${entry.accepted.id}` : 'a request that may have been accepted';
  context.reporter.note(`Taking up ${what} of an interrupted run: it is not paid again (--new buys another)`);
}
