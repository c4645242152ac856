import { Failure } from '../errors.ts';
import type { Clock, Deadline } from '../world.ts';
import { NetworkFault } from './network-fault.ts';
import { backoff, triesBeforeAccepted, triesUnreachable } from './retry.ts';

export interface RetryOptions {
  clock: Clock;
  deadline: Deadline;
  /** How often a call is tried that is refused for the rate of calls: few times, unless many calls share the blame. */
  rateLimitTries?: number | undefined;
  onRetry?: ((failure: Failure, waitMs: number) => void) | undefined;
}

/**
 * Makes a call again while it fails in a way that may pass, a few times and never past the deadline. Throws the
 * failure of the last try.
 */
export async function withRetries<Result>(call: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { clock, deadline, onRetry } = options;
  let last: Failure | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      // Cut short by the deadline: what the try before was told says more than that time is over.
      if (last && deadline.signal.aborted) throw last;
      if (!(error instanceof Failure) || !error.facts.retryable) throw error;
      const tries = triesFor(error, options);
      // Where many calls share a rate they wait their turn anyway: backing off on top would idle.
      const growth = error.code === 'rate_limit' && options.rateLimitTries !== undefined ? 1 : attempt;
      const wait = Math.max(error.facts.retryAfterMs ?? 0, backoff(growth, clock.random()));
      if (attempt >= tries || wait >= deadline.remaining()) throw error;
      last = error;
      onRetry?.(error, wait);
      await clock.wait(wait, deadline.signal);
    }
  }
}

function triesFor(failure: Failure, { rateLimitTries = triesBeforeAccepted }: RetryOptions): number {
  if (failure.facts.persist) return Number.POSITIVE_INFINITY;
  if (failure.code === 'rate_limit') return rateLimitTries;
  return failure instanceof NetworkFault && failure.neverSent ? triesUnreachable : triesBeforeAccepted;
}
