import type { Clock, Deadline } from '../clock.ts';
import { Failure } from '../errors.ts';
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
/** A task that was just accepted may not be known everywhere at once. */
const settlingMs = 10_000;

/**
 * Looks at an accepted task until it ends. It survives any number of lost looks; it throws `timeout` when the
 * deadline comes, and what no further look can mend (a refused key, an unknown task).
 */
export async function follow({
  look,
  pace,
  clock,
  deadline,
  ageMs,
  onLook,
  onLost,
}: Followed): Promise<Task> {
  const start = clock.monotonic() - ageMs;
  const age = (): number => clock.monotonic() - start;
  let wait = pace({ elapsedMs: age(), random: clock.random() });
  for (let lost = 0; ; ) {
    if (wait > 0) await clock.wait(Math.min(wait, deadline.remaining()), deadline.signal);
    deadline.signal.throwIfAborted();
    const lookedMs = age();
    try {
      const { task, retryAfterMs } = await look();
      onLook?.(task);
      if (hasEnded(task)) return task;
      lost = 0;
      wait = pace({
        elapsedMs: age(),
        lookedMs,
        retryAfterMs,
        random: clock.random(),
      });
    } catch (error) {
      if (!(error instanceof Failure) || !mayPass(error, lookedMs)) throw error;
      lost += 1;
      const backoff = clock.random() * Math.min(longestBackoffMs, 500 * 2 ** Math.min(lost, 10));
      wait = Math.max(error.facts.retryAfterMs ?? 0, backoff);
      onLost?.(error, wait);
    }
  }
}

function mayPass(failure: Failure, ageMs: number): boolean {
  return failure.facts.retryable === true || (failure.code === 'not_found' && ageMs < settlingMs);
}
