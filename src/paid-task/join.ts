import { Failure } from '../errors.ts';
import type { Entry } from '../journal/entry.ts';
import type { Server } from '../journal/event.ts';
import type { ImageRequest } from '../request/request.ts';
import type { Deadline } from '../world.ts';
import type { Engine, Work } from './engine.ts';
import { nameOf } from './take-up.ts';

/** A request as one account sends it to one server. */
export interface Asked {
  request: ImageRequest;
  server: Server;
  account: string | undefined;
}

/**
 * Claims a request until the journal is closed: a client that gave up waiting often asks for the same again. Returns
 * false where another call of the same door has it.
 */
export async function isFirst(
  { journal }: Engine,
  door: string,
  { request, server, account }: Asked,
  signal: AbortSignal,
): Promise<boolean> {
  const { keyOf } = await journal.identity();
  const name = keyOf([door, server.base, account ?? null, nameOf(request)]);
  return await journal.claim(name, undefined, signal);
}

const pollOtherMs = 200;

/**
 * Waits until another call, in this process or another, has finished the task that is meant, as long as this call may
 * take. Returns what the record then says of it. Throws `timeout` where no such task was seen.
 */
export async function awaitOther(
  { engine: { journal, clock }, deadline }: Work,
  isMeant: (entry: Entry) => boolean,
): Promise<Entry> {
  let known: Entry | undefined;
  while (deadline.remaining() > pollOtherMs) {
    const { runs } = await journal.left({ live: true });
    const working = runs.flatMap(({ entries }) => [...entries.values()]).find(isMeant);
    if (!working && known) break;
    known = working ?? known;
    await clock.wait(pollOtherMs, deadline.signal);
  }
  const id = known?.accepted?.id;
  const entry = (id !== undefined && (await journal.find([id])).get(id)?.entry) || known;
  if (entry) return entry;
  throw new Failure('timeout', 'another call of the same request is at work', {
    hint: 'Ask for the same again in a moment: it is not paid for twice',
    retryable: true,
  });
}

/** Ends a deadline when the caller no longer wants the answer. */
export function orCancelled(deadline: Deadline, cancelled: AbortSignal): Deadline {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Failure('timeout', 'the caller no longer waits for the answer'));
  if (cancelled.aborted) stop();
  else cancelled.addEventListener('abort', stop, { once: true });
  return { ...deadline, signal: AbortSignal.any([deadline.signal, controller.signal]) };
}
