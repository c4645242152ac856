import type { Clock, Deadline } from './clock.ts';
import { Failure } from './errors.ts';
import { formatDuration } from './task/duration.ts';

/** Node's timers take no longer wait: a longer one would end at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic,
  random: () => Math.random(),
  wait(milliseconds, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(done, Math.min(milliseconds, longestTimerMs));
      signal?.addEventListener('abort', stopped, { once: true });
      function done(): void {
        signal?.removeEventListener('abort', stopped);
        resolve();
      }
      function stopped(): void {
        clearTimeout(timer);
        reject(signal?.reason);
      }
    });
  },
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** The signal's reason is the `timeout` failure that the user is told. */
export function systemDeadline(milliseconds: number): Deadline {
  const end = monotonic() + milliseconds;
  const controller = new AbortController();
  const timer = setTimeout(
    () =>
      controller.abort(
        new Failure('timeout', `not finished after ${formatDuration(milliseconds)}`, {
          hint: '--timeout gives it longer',
          retryable: true,
        }),
      ),
    Math.min(milliseconds, longestTimerMs),
  ).unref();
  return {
    remaining: () => Math.max(0, end - monotonic()),
    signal: controller.signal,
    cancel: () => clearTimeout(timer),
  };
}

/** What `performance` answers, which Node first has to load. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1_000_000;
}
