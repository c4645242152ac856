import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';
import type { Server, Target } from '../journal/event.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { ImageRequest } from '../task/request.ts';
import type { Begun } from './work.ts';

/**
 * Looks in the record for unfinished tasks of the same requests at the same server, which dead runs left, and takes
 * them over. Answers one for each request, or undefined where there is none. Tasks that were let go are left alone.
 */
export async function takeUp(
  context: Context,
  wanted: ReadonlyArray<{ request: ImageRequest; target: Target }>,
  server: Server,
): Promise<Array<Begun | undefined>> {
  const dead = await context.journal.dead();
  const claimed = new Map<string, Promise<Awaited<ReturnType<typeof context.journal.claim>>>>();
  const taken = new Set<string>();
  const found: Array<Begun | undefined> = [];
  for (const { request, target } of wanted) {
    let begun: Begun | undefined;
    for (const { run, entry } of candidates(dead, request, server)) {
      if (taken.has(entry.key)) continue;
      const claim = claimed.get(run.name) ?? context.journal.claim(run.name);
      claimed.set(run.name, claim);
      const own = await claim;
      const mine = own?.open.get(entry.key);
      if (!own || !mine) continue;
      taken.add(entry.key);
      await own.append({ event: 'retargeted', key: entry.key, at: context.world.clock.now(), target });
      begun = { run: own, entry: mine, fate: { uncertain: true } };
      break;
    }
    found.push(begun);
  }
  return found;
}

function candidates(
  dead: readonly DeadRun[],
  request: ImageRequest,
  server: Server,
): Array<{ run: DeadRun; entry: Entry }> {
  const wanted = JSON.stringify(sorted(request));
  return dead.flatMap((run) =>
    [...run.entries.values()]
      .filter(({ intended, letGo }) => {
        const sameServer = intended.server.base === server.base && intended.server.sandbox === server.sandbox;
        return !letGo && !intended.row && sameServer && JSON.stringify(sorted(intended.request)) === wanted;
      })
      .map((entry) => ({ run, entry })),
  );
}

function sorted(request: ImageRequest): Array<[string, unknown]> {
  return Object.entries(request)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
