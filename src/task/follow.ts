import { Failure } from '../errors.ts';
import type { Clock, Deadline } from '../world.ts';
import type { Pace } from './pace.ts';
import { hasEnded, type Task } from './task.ts';

export interface Followed {
  /** One look at the task. `retryAfterMs`: the service asks to wait so long before the next. */
  look(): Promise<{ task: Task; retryAfterMs?: number | undefined }>;
  pace: Pace;
  clock: Clock;
  deadline: Deadline;
  /** How old the task is already, in milliseconds. */
  ageMs: number;
  onLook?(task: Task): void;
  /** A look was lost; the next one follows after so many milliseconds. */
  onLost?(failure: Failure, waitMs: number): void;
}

const longestBackoffMs = 30_000;
/** A task that was accepted or seen may be unknown for a moment: not everywhere yet, or to a server that just began. */
const settlingMs = 10_000;
/** So often the next look is planned anew: other tasks that end meanwhile tell how long this one will take. */
const replanMs = 200;

/**
 * Looks at an accepted task until it ends. It survives any number of lost looks; it throws `timeout` when the
 * deadline comes, and what no further look can mend (a refused key, an unknown task).
 */
export async function follow(followed: Followed): Promise<Task> {
  const { look, pace, clock, deadline, onLook, onLost } = followed;
  const start = clock.monotonic() - followed.ageMs;
  const age = (): number => clock.monotonic() - start;

  async function waitUntil(due: number): Promise<void> {
    const left = Math.min(due - age(), deadline.remaining());
    if (left > 0) await clock.wait(left, deadline.signal);
    deadline.signal.throwIfAborted();
  }

  /** Waits for the moment that the pace chooses, sooner when it changes its mind. */
  async function rest(lookedMs: number | undefined, retryAfterMs: number | undefined): Promise<void> {
    const random = clock.random();
    const facts = { random, ...(lookedMs !== undefined && { lookedMs }) };
    let due = age() + pace({ ...facts, elapsedMs: age(), retryAfterMs });
    if (retryAfterMs) return waitUntil(due);
    while (age() + replanMs < due) {
      await waitUntil(age() + replanMs);
      due = Math.min(due, age() + pace({ ...facts, elapsedMs: age() }));
    }
    await waitUntil(due);
  }

  let known = followed.ageMs < settlingMs;
  let missingSince: number | undefined;

  function mayPass(failure: Failure, lookedMs: number): boolean {
    if (failure.code !== 'not_found' || failure.facts.retryable) return failure.facts.retryable === true;
    missingSince ??= lookedMs;
    return known && lookedMs - missingSince < settlingMs;
  }

  await rest(undefined, undefined);
  for (let lost = 0; ; ) {
    const lookedMs = age();
    try {
      const { task, retryAfterMs } = await look();
      onLook?.(task);
      if (hasEnded(task)) return task;
      lost = 0;
      known = true;
      missingSince = undefined;
      await rest(lookedMs, retryAfterMs);
    } catch (error) {
      deadline.signal.throwIfAborted();
      if (!(error instanceof Failure) || !mayPass(error, lookedMs)) throw error;
      lost += 1;
      const backoff = clock.random() * Math.min(longestBackoffMs, 500 * 2 ** Math.min(lost, 10));
      const wait = Math.max(error.facts.retryAfterMs ?? 0, backoff);
      onLost?.(error, wait);
      await waitUntil(age() + wait);
    }
  }
}
