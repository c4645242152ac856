import type { Api } from '../api/client.ts';
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
  try {
    const api = await context.api(server);
    if (entry?.intended.server.sandbox) await restoreSandboxTask(work, entry);
    const task = work.wishes.wait ? await waitFor(work, api, id, entry) : await pollOnce(work, api, id, entry);
    return reportTask(context, server, task, entry);
  } catch (error) {
    const report = errorReport(error);
    const gone = report.code === 'not_found';
    const untold: Task = { id, status: gone ? 'failed' : 'processing', images: [], reason: null, cost: null };
    return { ...reportTask(context, server, untold, entry), error: report };
  }
}

function cluesOf(entry: Entry | undefined): Parameters<Api['poll']>[1] {
  return { dialect: entry?.accepted?.dialect, statusUrl: entry?.accepted?.statusUrl };
}

async function pollOnce({ engine, deadline }: Work, api: Api, id: string, entry: Entry | undefined): Promise<Task> {
  const options = { clock: engine.clock, deadline, onRetry: engine.listener.retrying };
  const { task } = await withRetries(() => api.poll(id, cluesOf(entry), deadline.signal), options);
  return task;
}

async function waitFor(work: Work, api: Api, id: string, entry: Entry | undefined): Promise<Task> {
  const { engine, deadline } = work;
  const { clock, listener } = engine;
  const model = entry?.intended.request.model ?? 'imagen-4';
  return await follow({
    poll: () => api.poll(id, cluesOf(entry), deadline.signal),
    pace: work.pace,
    clock,
    deadline,
    // A task that is not in the record may be old: a 404 is final at once.
    ageMs: entry?.accepted ? Math.max(0, clock.now() - entry.accepted.at) : 60_000,
    onPoll: (task) => listener.step(id, { doing: task.status, model: entry ? model : undefined, taskId: id }),
    onLost: listener.retrying,
  });
}

function reportTask(context: Context, server: Server, task: Task, entry: Entry | undefined): TaskReport {
  const at = entry?.accepted?.at;
  return {
    ...emptyReport(server),
    task_id: task.id,
    status: task.status,
    ...requestReport(entry?.intended.request),
    seed: entry?.intended.request.seed ?? task.seed ?? null,
    images: task.images
      .slice(0, mostPictures(entry?.intended.request))
      .map((image, index) => imageReport(image, entry?.completed?.at, entry?.saved[index])),
    cost: laterCost(entry && costOf(entry), task.cost),
    reused: true,
    created_at: at === undefined ? null : new Date(at).toISOString(),
    resume:
      task.status === 'failed'
        ? null
        : fetchCommand(context, [task.id], { wait: !hasEnded(task), recorded: entry !== undefined }),
    error:
      task.status === 'failed'
        ? errorReport(new Failure('task_failed', `the task failed: ${task.reason ?? 'the service gave no reason'}`))
        : null,
  };
}
