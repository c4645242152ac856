import type { Entry } from '../journal/entry.ts';
import type { Server, Target } from '../journal/event.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { ImageRequest } from '../request/request.ts';
import { pictureLifeMs } from './await-task.ts';
import { type Claims, claim } from './claim.ts';
import { reopen } from './reopen.ts';
import { retarget } from './retarget.ts';
import { untilSure } from './until-sure.ts';
import type { Begun, Work } from './work.ts';

/**
 * Looks in the record for tasks of the same requests at the same server in runs that were interrupted, and takes
 * them over: the unfinished ones first, then those that the same run had finished. Answers one for each request, or
 * undefined where there is none. Tasks that were let go are left alone.
 */
export async function takeUp(
  work: Work,
  wanted: ReadonlyArray<{ request: ImageRequest; target: Target }>,
  server: Server,
): Promise<Array<Begun | undefined>> {
  const { context } = work;
  const isWanted = (entry: Entry): boolean => wanted.some(({ request }) => isMeant(entry, request));
  await untilSure(context, isWanted, work.deadline);
  const dead = await context.journal.dead('interrupted');
  const claims: Claims = new Map();
  const taken = new Set<string>();
  const continued = new Set<DeadRun>();
  const found = new Map<number, Begun>();
  for (const [position, { request }] of wanted.entries()) {
    for (const run of dead) await look(position, run, request);
  }
  for (const [position, { request, target }] of wanted.entries()) {
    for (const { ended } of continued) await lookBack(position, ended, request);
    const begun = found.get(position);
    if (begun) await retarget(work, begun, target);
  }
  return wanted.map((_, position) => found.get(position));

  async function look(position: number, run: DeadRun, request: ImageRequest): Promise<void> {
    for (const entry of run.entries.values()) {
      if (found.has(position)) return;
      if (taken.has(entry.key) || !isMeant(entry, request)) continue;
      const own = await claim(context, run, claims);
      const mine = own?.open.get(entry.key);
      if (!own || !mine) continue;
      taken.add(entry.key);
      continued.add(run);
      found.set(position, inHand({ run: own, entry: mine, fate: { uncertain: true } }));
    }
  }

  /** Of several pictures that one command asked for, those that it had saved count too when it is run again. */
  async function lookBack(position: number, ended: readonly Entry[], request: ImageRequest): Promise<void> {
    for (const entry of ended) {
      if (found.has(position)) return;
      const isThere = entry.ended?.how === 'saved' || entry.ended?.how === 'kept';
      if (!isThere || taken.has(entry.key) || !isSame(entry, request) || isOld(entry)) continue;
      taken.add(entry.key);
      const begun = await reopen(context, entry);
      if (begun) found.set(position, inHand(begun));
    }
  }

  /** From here on a signal's last line names it. */
  function inHand(begun: Begun): Begun {
    work.fates.set(begun.entry.key, begun.fate);
    return begun;
  }

  function isMeant(entry: Entry, request: ImageRequest): boolean {
    return !entry.letGo && isSame(entry, request) && !isOld(entry);
  }

  function isSame({ intended }: Entry, request: ImageRequest): boolean {
    const sameServer = intended.server.base === server.base && intended.server.sandbox === server.sandbox;
    return !intended.row && sameServer && nameOf(intended.request) === nameOf(request);
  }

  /** Its picture is gone, and nobody knows whether the key still means anything: `resume` tells and closes it. */
  function isOld({ intended, accepted }: Entry): boolean {
    return context.world.clock.now() - (accepted?.at ?? intended.at) > pictureLifeMs;
  }
}

function nameOf(request: ImageRequest): string {
  const told = Object.entries(request).filter(([, value]) => value !== undefined);
  return JSON.stringify(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}
