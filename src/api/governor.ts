import type { Clock } from '../world.ts';
import { afterAnswer, unlimited } from './call-rate.ts';

/** Slows all calls to one server together when it refuses them for their rate, and speeds them up again. */
export interface Governor {
  /** Resolves when the next call may leave. Rejects with the signal's reason. */
  admit(signal?: AbortSignal): Promise<void>;
  /** A call was answered, and not with a rate limit. */
  passed(): void;
  /** A call was refused for its rate; `retryAfterMs` is what the server asks to wait. */
  refused(retryAfterMs: number | undefined): void;
}

/** One refusal is for its own call to wait out. After this many in a row no call leaves before the server's time. */
const refusalsThatClose = 6;
const defaultPauseMs = 1000;
const mostPasses = 1000;

export function createGovernor(clock: Clock): Governor {
  let rate = unlimited;
  let closedUntil = 0;
  let nextAt = 0;
  let refusedInRow = 0;
  let passes: number[] = [];

  function learn(refused: boolean): void {
    const now = clock.monotonic();
    const passedLately = refused ? passes.filter((at) => at > now - 1000).length : 0;
    rate = afterAnswer(rate, { refused, now, passedLately });
  }

  return {
    async admit(signal) {
      for (;;) {
        const now = clock.monotonic();
        const at = Math.max(closedUntil, nextAt);
        if (at <= now) {
          const intervalMs = 1000 / rate.perSecond;
          // A timer that fires late doesn't lower the rate.
          nextAt = Math.max(nextAt, now - intervalMs) + intervalMs;
          return;
        }
        await clock.wait(at - now, signal);
      }
    },
    passed() {
      refusedInRow = 0;
      passes.push(clock.monotonic());
      if (passes.length > mostPasses) passes = passes.slice(-mostPasses / 2);
      learn(false);
    },
    refused(retryAfterMs = defaultPauseMs) {
      refusedInRow += 1;
      if (refusedInRow >= refusalsThatClose) closedUntil = Math.max(closedUntil, clock.monotonic() + retryAfterMs);
      learn(true);
    },
  };
}
