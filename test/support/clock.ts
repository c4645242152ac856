import { Failure } from '../../src/errors.ts';
import type { Clock, Deadline } from '../../src/world.ts';

/** A clock that stands still until somebody waits, and may jump. */
export interface FakeClock extends Clock {
  /** The date jumps; what only grows does not. */
  jump(milliseconds: number): void;
  pass(milliseconds: number): void;
  /** Called when somebody has waited, with all the milliseconds that have passed. */
  onWait: (monotonic: number) => unknown;
  deadline(milliseconds: number): Deadline;
}

export function fakeClock(startsAt = Date.UTC(2026, 0, 1), random: () => number = () => 0.5): FakeClock {
  let now = startsAt;
  let monotonic = 0;
  const ends: Array<() => void> = [];

  function pass(milliseconds: number): void {
    now += milliseconds;
    monotonic += milliseconds;
    for (const end of ends) end();
  }

  const clock: FakeClock = {
    onWait: () => undefined,
    now: () => now,
    monotonic: () => monotonic,
    random,
    jump(milliseconds) {
      now += milliseconds;
    },
    pass,
    async wait(milliseconds, signal) {
      signal?.throwIfAborted();
      pass(Math.max(0, milliseconds));
      clock.onWait(monotonic);
      signal?.throwIfAborted();
    },
    every: () => () => undefined,
    deadline(milliseconds) {
      const endsAt = monotonic + milliseconds;
      const controller = new AbortController();
      ends.push(() => {
        if (monotonic >= endsAt) controller.abort(new Failure('timeout', 'not finished', { retryable: true }));
      });
      return { remaining: () => Math.max(0, endsAt - monotonic), signal: controller.signal, cancel: () => undefined };
    },
  };
  return clock;
}
