import { randomUUID } from 'node:crypto';
import type { BatchRow, Event, Server } from '../journal/event.ts';
import { unwritable } from '../journal/unwritable.ts';
import type { Begun, Wanted, Work } from './engine.ts';
import { checkBudget } from './quotes.ts';
import { takeUp } from './take-up.ts';

/** A picture that is about to be bought. */
export interface Intent extends Wanted {
  server: Server;
  row?: BatchRow;
}

/**
 * Takes up what interrupted runs began of the wanted pictures (unless `anew`) and records the intent of each other one
 * before the first request leaves. Throws `over_budget` before anything is recorded.
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
  for (const known of taken) if (known) noteTakenUp(work, known);
  return wanted.flatMap((_, position) => taken[position] ?? fresh.shift() ?? []);
}

function noteTakenUp({ engine }: Work, { entry }: Begun): void {
  const what = entry.accepted ? `task ${entry.accepted.id}` : 'a request that may have been accepted';
  engine.listener.note(
    `Taking up ${what} of an interrupted run: it is not paid for again (--new buys another)`,
  );
}

/**
 * Records the intents, all of them or none, each with the idempotency key that its request will keep. Throws
 * `internal` where they cannot be written.
 */
export async function intend({ engine, fates }: Work, intents: readonly Intent[]): Promise<Begun[]> {
  if (intents.length === 0) return [];
  const run = await engine.journal.run();
  const at = engine.clock.now();
  const events = intents.map((intent): Event => ({ event: 'intended', key: randomUUID(), at, ...intent }));
  // Registered before they are written: a signal in this moment closes them.
  const begun = events.map(({ key }) => ({ key, fate: { uncertain: false } }));
  for (const { key, fate } of begun) fates.set(key, fate);
  try {
    await run.append(...events);
  } catch (error) {
    for (const { key } of begun) fates.delete(key);
    throw unwritable(String((error as NodeJS.ErrnoException).code ?? error), error);
  }
  return begun.map(({ key, fate }) => {
    const entry = run.open.get(key);
    if (!entry) throw new Error('the record does not hold what was written to it');
    return { run, entry, fate };
  });
}
