import { Failure } from '../../src/errors.ts';
import type { Clock, Deadline } from '../../src/world.ts';

/** A clock for many who wait at once: it jumps from one end of a wait to the next. */
export interface VirtualTime extends Clock {
  deadline(milliseconds: number): Deadline;
  /** Lets time pass until the work is done. */
  run<Result>(work: Promise<Result>): Promise<Result>;
}

interface Timer {
  at: number;
  end(): void;
}

export function virtualTime(random: () => number): VirtualTime {
  let now = 0;
  /** In order; those of one moment as they came. */
  const timers: Timer[] = [];

  function start(milliseconds: number, end: () => void): () => void {
    const timer = { at: now + Math.max(0, milliseconds), end };
    const before = timers.findLastIndex(({ at }) => at <= timer.at);
    timers.splice(before + 1, 0, timer);
    return () => {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
    };
  }

  return {
    now: () => now,
    monotonic: () => now,
    random,
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = start(milliseconds, () => {
          signal?.removeEventListener('abort', aborted);
          resolve();
        });
        function aborted(): void {
          stop();
          reject(signal?.reason);
        }
        signal?.addEventListener('abort', aborted, { once: true });
      }),
    every: () => () => undefined,
    deadline(milliseconds) {
      const end = now + milliseconds;
      const controller = new AbortController();
      const abort = () => controller.abort(new Failure('timeout', 'not finished', { retryable: true }));
      return { remaining: () => Math.max(0, end - now), signal: controller.signal, cancel: start(milliseconds, abort) };
    },
    async run(work) {
      let done = false;
      const settled = () => {
        done = true;
      };
      work.then(settled, settled);
      for (;;) {
        // Everybody goes on as far as they come without waiting.
        await new Promise((resolve) => setImmediate(resolve));
        if (done) return await work;
        const next = timers.shift();
        if (!next) throw new Error('nobody waits, and the work is not done');
        now = next.at;
        next.end();
      }
    },
  };
}
