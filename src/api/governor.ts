import type { Clock } from '../world.ts';

/** Slows all calls to one server together when it says that they are too many, and lets them recover. */
export interface Governor {
  /** Resolves when the next call may leave. Rejects with the signal's reason. */
  admit(signal?: AbortSignal): Promise<void>;
  /** A call was answered, and not with a rate limit. */
  passed(): void;
  /** A call was refused for its rate; `retryAfterMs` is what the server asks to wait. */
  refused(retryAfterMs: number | undefined): void;
}

/** Calls that were on their way together are refused together: that is one lesson, not many. */
const oneLessonMs = 500;
const defaultPauseMs = 1000;
/** What the server let pass within this time is what it takes. */
const windowMs = 1000;
/** After a refusal the rate is kept just below what passed, for so long, before more is tried. */
const calmMs = 15_000;
const caution = 0.95;
const fewCalls = 5;
const growthPerSecond = 1.05;
/** Faster than this there is nothing to slow down. */
const unlimitedPerSecond = 500;

export function createGovernor(clock: Clock): Governor {
  let perSecond = Number.POSITIVE_INFINITY;
  let closedUntil = 0;
  let nextAt = 0;
  let lesson = Number.NEGATIVE_INFINITY;
  let grown = 0;
  let passes: number[] = [];

  return {
    async admit(signal) {
      for (;;) {
        const now = clock.monotonic();
        const at = Math.max(now, closedUntil, nextAt);
        if (at <= now || perSecond !== Number.POSITIVE_INFINITY) nextAt = at + 1000 / perSecond;
        if (at > now) await clock.wait(at - now, signal);
        if (closedUntil <= clock.monotonic()) return;
      }
    },
    passed() {
      const now = clock.monotonic();
      passes.push(now);
      if (passes.length > 2 * unlimitedPerSecond) passes = passes.slice(-unlimitedPerSecond);
      if (perSecond === Number.POSITIVE_INFINITY || now - lesson < calmMs || now - grown < 1000) return;
      grown = now;
      perSecond *= growthPerSecond;
      if (perSecond > unlimitedPerSecond) perSecond = Number.POSITIVE_INFINITY;
    },
    refused(retryAfterMs) {
      const now = clock.monotonic();
      closedUntil = Math.max(closedUntil, now + (retryAfterMs ?? defaultPauseMs));
      if (now - lesson < oneLessonMs) return;
      lesson = now;
      const lately = passes.filter((each) => each > now - windowMs).length;
      // A handful of calls tells nothing about the rate: then the pause alone has to do.
      if (lately >= fewCalls) perSecond = Math.min(perSecond, lately) * caution;
      else if (perSecond < Number.POSITIVE_INFINITY) perSecond = Math.max(0.5, perSecond * 0.8);
      nextAt = closedUntil;
    },
  };
}
