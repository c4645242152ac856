import { Failure } from '../errors.ts';
import type { Clock, Deadline } from '../world.ts';
import { type Pace, spread } from './pace.ts';
import { hasEnded, type Task } from './task.ts';

export interface Followed {
  /** Polls the task once. `retryAfterMs`: how long the service asks to wait before the next poll. */
  poll(): Promise<{ task: Task; retryAfterMs?: number | undefined }>;
  pace: Pace;
  clock: Clock;
  deadline: Deadline;
  /** How old the task is already, in milliseconds. */
  ageMs: number;
  onPoll?(task: Task): void;
  /** Called when a poll failed and will be retried in `waitMs` milliseconds. */
  onLost?(failure: Failure, waitMs: number): void;
}

const longestBackoffMs = 30_000;
/** A task that was accepted or seen may be unknown for a moment: not yet everywhere, or to a server that just started. */
const settlingMs = 10_000;

/**
 * Polls an accepted task until it ends. It survives any number of lost polls; it throws `timeout` at the deadline, and
 * what no retry can change (a refused key, an unknown task).
 */
export async function follow(followed: Followed): Promise<Task> {
  const { poll, pace, clock, deadline, onPoll, onLost } = followed;
  const start = clock.monotonic() - followed.ageMs;
  const age = (): number => clock.monotonic() - start;

  async function wait(milliseconds: number): Promise<void> {
    const left = Math.min(milliseconds, deadline.remaining());
    if (left > 0) await clock.wait(left, deadline.signal);
    deadline.signal.throwIfAborted();
  }

  let known = followed.ageMs < settlingMs;
  let missingSince: number | undefined;

  function mayPass(failure: Failure, polledMs: number): boolean {
    if (failure.code !== 'not_found' || failure.facts.retryable) return failure.facts.retryable === true;
    missingSince ??= polledMs;
    return known && polledMs - missingSince < settlingMs;
  }

  await wait(pace({ elapsedMs: age(), random: clock.random() }));
  for (let lost = 0; ; ) {
    const polledMs = age();
    try {
      const { task, retryAfterMs } = await poll();
      onPoll?.(task);
      if (hasEnded(task)) return task;
      lost = 0;
      known = true;
      missingSince = undefined;
      await wait(pace({ elapsedMs: age(), polledMs, retryAfterMs, random: clock.random() }));
    } catch (error) {
      deadline.signal.throwIfAborted();
      if (!(error instanceof Failure) || !mayPass(error, polledMs)) throw error;
      lost += 1;
      const { retryAfterMs } = error.facts;
      // Where the service says when to come back, backing off on top would idle.
      const growth = error.code === 'rate_limit' && retryAfterMs !== undefined ? 1 : Math.min(lost, 10);
      const backoff = clock.random() * Math.min(longestBackoffMs, 250 * 2 ** growth);
      const waitMs = Math.max(spread(retryAfterMs, clock.random()), backoff);
      onLost?.(error, waitMs);
      await wait(waitMs);
    }
  }
}
