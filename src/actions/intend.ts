import { randomUUID } from 'node:crypto';
import type { BatchRow, Server, Target } from '../journal/event.ts';
import { unwritable } from '../journal/unwritable.ts';
import type { ImageRequest } from '../task/request.ts';
import type { Begun, Work } from './work.ts';

/** What is about to be bought. */
export interface Intent {
  request: ImageRequest;
  server: Server;
  target: Target;
  row?: BatchRow;
}

/** Puts the intent on disk, with the idempotency key that the request will keep. Throws where it can't be written. */
export async function intend({ context, fates }: Work, intent: Intent): Promise<Begun> {
  const run = await context.journal.run();
  const key = randomUUID();
  await run.append({ event: 'intended', key, at: context.world.clock.now(), ...intent }).catch((error) => {
    throw unwritable(String((error as NodeJS.ErrnoException).code ?? error), error);
  });
  const entry = run.open.get(key);
  if (!entry) throw new Error('the record does not hold what was written to it');
  const fate = { uncertain: false };
  fates.set(key, fate);
  return { run, entry, fate };
}
