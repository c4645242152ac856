import { tryAgain } from '../api/try-again.ts';
import { Failure } from '../errors.ts';
import { laterCost } from '../task/cost.ts';
import { follow } from '../task/follow.ts';
import type { RemoteImage, Task } from '../task/task.ts';
import { record } from './record.ts';
import type { Job } from './work.ts';

/** The service keeps a picture for seven days. */
export const pictureLifeMs = 7 * 24 * 3_600_000;

/** What the record says in the place of a picture that came inside an answer. */
const insideAnswer = 'data:';

/** The pictures that the record knows of, where they can be fetched without another look at the task. */
export function knownImages({ intended, completed }: Job['entry']): RemoteImage[] | undefined {
  const images = completed?.images ?? [];
  // The built-in sandbox has another address in every process.
  const usable = images.length > 0 && !intended.server.sandbox;
  return usable && images.every(({ url }) => url !== insideAnswer) ? images : undefined;
}

/** Waits for an accepted task and answers its pictures. Throws `task_failed` with the service's reason. */
export async function awaitTask(job: Job): Promise<RemoteImage[]> {
  const { work, entry } = job;
  const { world, reporter } = work.context;
  const { clock } = world;
  const { model } = entry.intended.request;
  const accepted = acceptedOf(job);
  const ageMs = Math.max(0, clock.now() - accepted.at);
  const start = clock.monotonic() - ageMs;
  const age = (): number => clock.monotonic() - start;
  const task = await follow({
    poll: () => look(job),
    pace: work.pace,
    clock,
    deadline: work.deadline,
    ageMs,
    onPoll({ status }) {
      if (!work.wishes.patient && (status === 'pending' || status === 'processing'))
        throw stillRunning(accepted.id);
      if (status !== 'completed')
        reporter.progress.step(entry.key, {
          doing: status,
          model: entry.foreign ? undefined : model,
          taskId: accepted.id,
        });
    },
    onLost: reporter.retrying,
  }).catch((error) => closeWhereGone(job, error, age()));
  return await ended(job, task);
}

/** One more look at a completed task, for fresh addresses of its pictures. */
export async function freshImages(job: Job): Promise<RemoteImage[]> {
  const { context, deadline } = job.work;
  const patience = { clock: context.world.clock, deadline, onRetry: context.reporter.retrying };
  const { task } = await tryAgain(() => look(job), patience);
  return task.images;
}

async function look(job: Job): ReturnType<Job['api']['look']> {
  const { id, dialect, statusUrl } = acceptedOf(job);
  const known = job.statusUrl ?? statusUrl;
  const found = await job.api.look(id, { dialect, statusUrl: known }, job.work.deadline.signal);
  job.statusUrl = found.statusUrl;
  return found;
}

async function ended(job: Job, task: Task): Promise<RemoteImage[]> {
  const cost = laterCost(job.entry.accepted?.cost, task.cost);
  if (task.status === 'failed') {
    const message = `the task failed: ${task.reason ?? 'the service gave no reason'}`;
    await record(job, { event: 'ended', how: 'failed', message, cost });
    throw new Failure('task_failed', message, {
      hint: 'Failed tasks are not charged; change the prompt or try again',
    });
  }
  // Pictures inside the answer are not copied into the record: another look brings them again.
  const images = task.images.map((image) => (image.url.startsWith('data:') ? { url: insideAnswer } : image));
  await record(job, { event: 'completed', images, cost });
  return task.images;
}

function stillRunning(id: string): Failure {
  return new Failure('timeout', `task ${id} still runs (its picture is not ready)`, {
    hint: 'Wait for it with --wait',
  });
}

/** A task that the service no longer knows is closed when its pictures would be gone anyway. */
async function closeWhereGone(job: Job, error: unknown, ageMs: number): Promise<never> {
  if (error instanceof Failure && error.code === 'not_found' && ageMs > pictureLifeMs) {
    await record(job, {
      event: 'ended',
      how: 'expired',
      message: error.message,
    });
  }
  throw error;
}

function acceptedOf({ entry }: Job): NonNullable<Job['entry']['accepted']> {
  if (!entry.accepted) throw new Error(`task of ${entry.key} was never accepted`);
  return entry.accepted;
}
