import { randomUUID } from 'node:crypto';
import type { BatchRow, Event, Server, Target } from '../journal/event.ts';
import { unwritable } from '../journal/unwritable.ts';
import type { ImageRequest } from '../request/request.ts';
import type { Begun, Work } from './work.ts';

/** What is about to be bought. */
export interface Intent {
  request: ImageRequest;
  server: Server;
  target: Target;
  row?: BatchRow;
}

/**
 * Puts the intents on disk, all of them or none, each with the idempotency key that its request will keep. Throws
 * where they can't be written.
 */
export async function intend({ context, fates }: Work, intents: readonly Intent[]): Promise<Begun[]> {
  if (intents.length === 0) return [];
  const run = await context.journal.run();
  const at = context.world.clock.now();
  const events = intents.map((intent): Event => ({ event: 'intended', key: randomUUID(), at, ...intent }));
  // Known before they are written: a signal in this moment closes them.
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
