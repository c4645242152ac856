import { withRetries } from '../api/retry.ts';
import { Failure } from '../errors.ts';
import type { TaskEntry } from '../journal/entry.ts';
import { laterCost } from '../task/cost.ts';
import { follow } from '../task/follow.ts';
import type { RemoteImage, Task } from '../task/task.ts';
import type { Job } from './engine.ts';
import { keepRecord, record } from './record.ts';

/** The service keeps a picture for seven days. */
export const pictureLifeMs = 7 * 24 * 3_600_000;

/** A service that sends more than was asked for must not fill the disk. */
export function mostPictures(request: TaskEntry['intended']['request']): number {
  return Math.max(16, Number(request?.set?.output_count) || 0);
}

const longKnownMs = 60_000;

/** Stands in the record for a picture that came inside an answer. */
const insideAnswer = 'data:';

/** Returns the pictures that the record knows, where they can be fetched without another poll. */
export function knownImages({ intended, completed }: Job['entry']): RemoteImage[] | undefined {
  const images = completed?.images ?? [];
  // The built-in sandbox has another address in every process.
  const usable = images.length > 0 && !intended.server.sandbox;
  return usable && images.every(({ url }) => url !== insideAnswer) ? images : undefined;
}

/** Polls an accepted task until it ends and returns its pictures. Throws `task_failed` with the service's reason. */
export async function followTask(job: Job): Promise<RemoteImage[]> {
  const { work, entry } = job;
  const { clock, listener } = work.engine;
  const { request } = entry.intended;
  const accepted = acceptedOf(job);
  // A task of another machine is old enough to be known everywhere at the service.
  const ageMs = request ? Math.max(0, clock.now() - accepted.at) : longKnownMs;
  let lost: Failure | undefined;
  const task = await follow({
    poll: () => poll(job),
    pace: work.pace,
    clock,
    deadline: work.deadline,
    ageMs,
    onPoll({ status }) {
      lost = undefined;
      const isRunning = status === 'pending' || status === 'processing';
      if (isRunning && !work.wishes.pollUntilEnd) throw stillRunning(accepted.id);
      if (status !== 'completed')
        listener.step(entry.key, { doing: status, model: request?.model, taskId: accepted.id });
    },
    onLost(failure, waitMs) {
      lost = failure;
      listener.retrying(failure, waitMs);
    },
  }).catch((error) => closeIfGone(job, error, lost));
  return await ended(job, task);
}

/** Polls a completed task once more for fresh URLs of its pictures. */
export async function freshImages(job: Job): Promise<RemoteImage[]> {
  const { engine, deadline } = job.work;
  const retries = { clock: engine.clock, deadline, onRetry: engine.listener.retrying };
  const { task } = await withRetries(() => poll(job), retries);
  return task.images;
}

async function poll(job: Job): ReturnType<Job['api']['poll']> {
  await keepRecord(job);
  const { id, dialect, statusUrl } = acceptedOf(job);
  const known = job.statusUrl ?? statusUrl;
  try {
    const found = await job.api.poll(id, { dialect, statusUrl: known }, job.work.deadline.signal);
    job.statusUrl = found.statusUrl;
    return found;
  } catch (error) {
    // This machine knows that the service has the task: for a while not all of its servers may.
    if (error instanceof Failure && error.code === 'not_found' && job.entry.intended.request)
      error.facts.retryable = !isGone(job.entry, error);
    throw error;
  }
}

async function ended(job: Job, task: Task): Promise<RemoteImage[]> {
  const cost = laterCost(job.entry.accepted?.cost, task.cost);
  if (task.status === 'failed') {
    const message = `the task failed: ${task.reason ?? 'the service gave no reason'}`;
    await record(job, { event: 'ended', how: 'failed', message, cost });
    throw new Failure('task_failed', message, {
      hint: 'Failed tasks are not charged; change the prompt or run the command again',
    });
  }
  const wanted = mostPictures(job.entry.intended.request);
  if (task.images.length > wanted)
    job.work.engine.listener.warn(
      `task ${task.id} made ${task.images.length} pictures: only the first ${wanted} are saved, because no more were asked for`,
    );
  const kept = task.images.slice(0, wanted);
  // Pictures inside the answer are not copied into the record: another poll brings them again.
  const images = kept.map((image) => (image.url.startsWith('data:') ? { url: insideAnswer } : image));
  await record(job, { event: 'completed', images, seed: task.seed, cost });
  return kept;
}

function stillRunning(id: string): Failure {
  return new Failure('timeout', `task ${id} is still running`, { hint: 'Wait for it with --wait' });
}

/** Tells whether an answer came more than seven days after the task was accepted, by the servers' own clocks. */
export function isPastLife({ accepted }: Job['entry'], { facts }: Failure): boolean {
  if (facts.answeredAt === undefined || !accepted) return false;
  return facts.answeredAt - (accepted.servedAt ?? accepted.at) > pictureLifeMs;
}

/** A host may not have a new picture yet, or not everywhere. */
const settlingMs = 3_600_000;

/** Tells whether an answer came within an hour after the task was accepted, by the servers' own clocks. */
export function isYoung({ accepted }: Job['entry'], { facts }: Failure): boolean {
  if (facts.answeredAt === undefined || !accepted) return true;
  return facts.answeredAt - (accepted.servedAt ?? accepted.at) < settlingMs;
}

function isGone(entry: Job['entry'], failure: Failure): boolean {
  return failure.facts.expired === true || isPastLife(entry, failure);
}

/** Closes a task that the service no longer knows once its pictures would be gone anyway. */
async function closeIfGone(job: Job, error: unknown, lost: Failure | undefined): Promise<never> {
  if (!(error instanceof Failure)) throw error;
  if (error.code === 'not_found' && isGone(job.entry, error))
    await record(job, { event: 'ended', how: 'expired', message: error.message });
  if (error.code !== 'timeout' || !lost) throw error;
  throw new Failure('timeout', `${error.message}; the last poll failed: ${lost.message}`, error.facts);
}

function acceptedOf({ entry }: Job): NonNullable<Job['entry']['accepted']> {
  if (!entry.accepted) throw new Error(`task of ${entry.key} was never accepted`);
  return entry.accepted;
}
