import type { Clock, Deadline } from '../clock.ts';
import { Failure } from '../errors.ts';
import { NetworkFault } from './network-fault.ts';
import { backoff, triesBeforeAccepted, triesUnreachable } from './retry.ts';

export interface Patience {
  clock: Clock;
  deadline: Deadline;
  onRetry?: ((failure: Failure, waitMs: number) => void) | undefined;
}

/**
 * Makes a call again while it fails in a way that may pass, a few times and never past the deadline. Throws the
 * failure of the last try.
 */
export async function tryAgain<Result>(
  call: () => Promise<Result>,
  { clock, deadline, onRetry }: Patience,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Failure) || !error.facts.retryable) throw error;
      const tries = error instanceof NetworkFault && error.neverSent ? triesUnreachable : triesBeforeAccepted;
      const wait = Math.max(error.facts.retryAfterMs ?? 0, backoff(attempt, clock.random()));
      if (attempt >= tries || wait >= deadline.remaining()) throw error;
      onRetry?.(error, wait);
      await clock.wait(wait, deadline.signal);
    }
  }
}
