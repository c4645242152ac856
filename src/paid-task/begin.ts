import { randomUUID } from 'node:crypto';
import { Failure } from '../errors.ts';
import type { BatchRow, Event, Server } from '../journal/event.ts';
import { unwritable } from '../journal/failures.ts';
import { isImagen } from '../request/models.ts';
import { accountAt, type Begun, type Engine, type Wanted, type Work } from './engine.ts';
import { pathsOf } from './input-pictures.ts';
import { routeFor } from './models.ts';
import { addToLots, approve, type Lots } from './quotes.ts';
import { takeUp } from './take-up.ts';

/** A picture that is about to be bought. */
export interface Intent extends Wanted {
  server: Server;
  row?: BatchRow;
  /** The caller, where it is not a person: `mcp`. */
  door?: string;
}

/**
 * Takes up what interrupted runs began of the wanted pictures (unless `anew`) and records the intent of each other one
 * before the first request leaves. Throws `over_budget` before anything is recorded.
 */
export async function begin(
  work: Work,
  wanted: readonly Wanted[],
  server: Server,
  { anew, door }: { anew: boolean; door?: string },
): Promise<Begun[]> {
  const taken = anew ? [] : await takeUp(work, wanted, server);
  const lots: Lots = new Map();
  for (const [position, { request }] of wanted.entries())
    if (!taken[position]?.entry.accepted) addToLots(lots, request);
  await approve(work, server, lots);
  const fresh = await intend(
    work,
    wanted.filter((_, position) => !taken[position]).map((each) => ({ server, ...each, ...(door && { door }) })),
  );
  for (const known of taken) if (known) noteTakenUp(work, known);
  return wanted.flatMap((_, position) => taken[position] ?? fresh.shift() ?? []);
}

function noteTakenUp({ engine }: Work, { entry }: Begun): void {
  const what = entry.accepted ? `task ${entry.accepted.id}` : 'a request that may have been accepted';
  engine.listener.note(`Taking up ${what} of an interrupted run: it is not paid for again (--new buys another)`);
}

/**
 * Records the intents, all of them or none, each with the idempotency key that its request will keep. The key of a row
 * follows from the record, the account and the row, so that every process sends the same. Throws `internal` where they
 * cannot be written, `authentication` without a key.
 */
export async function intend({ engine, fates }: Work, intents: readonly Intent[]): Promise<Begun[]> {
  if (intents.length === 0) return [];
  const { journal, clock } = engine;
  const run = await journal.run();
  const at = clock.now();
  const events = await Promise.all(
    intents.map(async (intent): Promise<Event> => {
      const account = await accountAt(engine, intent.server);
      const key = await keyOf(engine, intent, account);
      const own = await sending(engine, intent);
      return { event: 'intended', key, at, account, unsent: true, ...own, ...intent };
    }),
  );
  // Registered before they are written: a signal in this moment closes them.
  const begun = events.map(({ key }) => ({ key, fate: { uncertain: false } }));
  for (const { key, fate } of begun) fates.set(key, fate);
  try {
    await run.append(...events);
  } catch (error) {
    for (const { key } of begun) fates.delete(key);
    if (error instanceof Failure) throw error;
    throw unwritable(String((error as NodeJS.ErrnoException).code ?? error), error);
  }
  return begun.map(({ key, fate }) => {
    const entry = run.open.get(key);
    if (!entry) throw new Error('the record does not hold what was written to it');
    return { run, entry, fate };
  });
}

/** Adds how a request is sent, where that does not follow from it alone. Throws `validation` for an unknown model. */
async function sending(engine: Engine, { request, server }: Intent) {
  if (isImagen(request.model) && request.action === undefined) return {};
  const inputs = pathsOf(engine, request);
  return { route: await routeFor(engine, server, request), ...(inputs && { inputs }) };
}

async function keyOf(engine: Engine, { server, row }: Intent, account: string | undefined): Promise<string> {
  if (!row) return randomUUID();
  const { keyOf: name } = await engine.journal.identity();
  return name([account ?? null, server.base, row.batch, row.key, row.generation ?? 0]);
}
