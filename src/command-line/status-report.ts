import { withRetries } from '../api/retry.ts';
import type { Context } from '../context.ts';
import { Failure } from '../errors.ts';
import { costOf, type Entry } from '../journal/entry.ts';
import type { Server } from '../journal/event.ts';
import type { Work } from '../paid-task/engine.ts';
import { mostPictures } from '../paid-task/follow-task.ts';
import { restoreSandboxTask } from '../paid-task/make-picture.ts';
import { fetchCommand, imageReport } from '../report/report-entry.ts';
import { emptyReport, errorReport, type TaskReport } from '../report/task-report.ts';
import { requestReport } from '../request/request-report.ts';
import { laterCost } from '../task/cost.ts';
import { follow } from '../task/follow.ts';
import { hasEnded, type Task } from '../task/task.ts';

/**
 * Reports the state of a task now or, where the work waits, at its end. Nothing is recorded, nothing is thrown.
 * @param entry its entry in the record
 */
export async function statusReport(
  context: Context,
  work: Work,
  id: string,
  entry: Entry | undefined,
): Promise<TaskReport> {
  const server = entry?.intended.server ?? (await context.server());
  const { deadline, engine, pace, wishes } = work;
  const { clock, listener } = engine;
  const { accepted, intended } = entry ?? {};
  const clues = { dialect: accepted?.dialect, statusUrl: accepted?.statusUrl };
  try {
    const api = await context.api(server);
    if (entry && server.sandbox) await restoreSandboxTask(work, entry);
    const poll = () => api.poll(id, clues, deadline.signal);
    const followed = {
      poll,
      pace,
      clock,
      deadline,
      // A task that is not in the record may be old: a 404 is final at once.
      ageMs: accepted ? Math.max(0, clock.now() - accepted.at) : 60_000,
      onPoll: (task: Task) => listener.step(id, { doing: task.status, model: intended?.request.model, taskId: id }),
      onLost: listener.retrying,
    };
    const once = { clock, deadline, onRetry: listener.retrying };
    const task = wishes.wait ? await follow(followed) : (await withRetries(poll, once)).task;
    return reportTask(context, server, task, entry);
  } catch (error) {
    const report = errorReport(error);
    const status = report.code === 'not_found' ? 'failed' : 'processing';
    const untold: Task = { id, status, images: [], reason: null, cost: null };
    return { ...reportTask(context, server, untold, entry), error: report };
  }
}

function reportTask(context: Context, server: Server, task: Task, entry: Entry | undefined): TaskReport {
  const { accepted, completed, intended, saved = {} } = entry ?? {};
  const { id, status, reason } = task;
  const images = task.images.slice(0, mostPictures(intended?.request));
  const failed = new Failure('task_failed', `the task failed: ${reason ?? 'the service gave no reason'}`);
  const hasFailed = status === 'failed';
  return {
    ...emptyReport(server),
    task_id: id,
    status,
    ...requestReport(intended?.request),
    seed: intended?.request.seed ?? task.seed ?? null,
    images: images.map((image, index) => imageReport(image, completed?.at, saved[index])),
    cost: laterCost(entry && costOf(entry), task.cost),
    reused: true,
    created_at: accepted ? new Date(accepted.at).toISOString() : null,
    resume: hasFailed ? null : fetchCommand(context, [id], { wait: !hasEnded(task), recorded: entry !== undefined }),
    error: hasFailed ? errorReport(failed) : null,
  };
}
