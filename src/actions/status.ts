import type { Api } from '../api/client.ts';
import { tryAgain } from '../api/try-again.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../errors.ts';
import type { Entry } from '../journal/entry.ts';
import { tellAll } from '../problems.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { errorReport, requestReport, type TaskReport } from '../report/task-report.ts';
import { follow } from '../task/follow.ts';
import { hasEnded, type Task } from '../task/task.ts';
import { checkTaskIds, locate } from './locate.ts';
import { imageReport } from './report-entry.ts';
import { restoreSandboxTask } from './restore-sandbox.ts';
import { readWishes, type WaitingFlags } from './wishes.ts';
import { createWork, type Work } from './work.ts';

export interface StatusFlags extends WaitingFlags {
  exitStatus?: boolean;
  sandbox?: boolean;
}

/** Tells the state of each task as soon as it is known. Answers the exit code. */
export async function status(context: Context, ids: readonly string[], flags: StatusFlags): Promise<number> {
  checkTaskIds(ids);
  const problems: string[] = [];
  const wishes = readWishes(
    { ...flags, wait: flags.wait === true },
    context.stored.settings.timeout,
    problems,
  );
  if (problems.length > 0) throw tellAll(problems);
  const work = createWork(context, wishes);
  const known = await locate(context, ids);
  context.reporter.progress.expect(ids.length);
  const reports = await Promise.all(
    ids.map(async (id) => {
      const report = await statusOf(work, id, known.get(id), flags.sandbox === true);
      context.reporter.progress.ended(id, report.error !== null, 0);
      await context.reporter.task(report, 'state');
      return report;
    }),
  );
  // A task that failed was reported all the same.
  const failed = exitCodeOf(
    reports.map(({ error }) => (error?.code === 'task_failed' ? undefined : error?.code)),
  );
  return failed !== 0 || !flags.exitStatus ? failed : stateCode(reports);
}

async function statusOf(
  work: Work,
  id: string,
  entry: Entry | undefined,
  inSandbox: boolean,
): Promise<TaskReport> {
  const { context } = work;
  try {
    const server = entry?.intended.server ?? (await context.server(inSandbox));
    const api = await context.api(server);
    if (entry?.intended.server.sandbox) await restoreSandboxTask(context, entry);
    const task = work.wishes.wait
      ? await waitFor(work, api, id, entry)
      : await lookOnce(work, api, id, entry);
    return reportTask(context, task, entry);
  } catch (error) {
    const unknown: Task = {
      id,
      status: 'processing',
      images: [],
      reason: null,
      cost: null,
    };
    return {
      ...reportTask(context, unknown, entry),
      error: errorReport(error),
    };
  }
}

function cluesOf(entry: Entry | undefined): Parameters<Api['look']>[1] {
  return {
    dialect: entry?.accepted?.dialect,
    statusUrl: entry?.accepted?.statusUrl,
  };
}

async function lookOnce(
  { context, deadline }: Work,
  api: Api,
  id: string,
  entry: Entry | undefined,
): Promise<Task> {
  const patience = {
    clock: context.world.clock,
    deadline,
    onRetry: context.reporter.retrying,
  };
  const { task } = await tryAgain(() => api.look(id, cluesOf(entry), deadline.signal), patience);
  return task;
}

async function waitFor(work: Work, api: Api, id: string, entry: Entry | undefined): Promise<Task> {
  const { context, deadline } = work;
  const { clock } = context.world;
  const model = entry?.intended.request.model ?? 'imagen-4';
  return await follow({
    look: () => api.look(id, cluesOf(entry), deadline.signal),
    pace: work.paceOf(api.base, model),
    clock,
    deadline,
    // A task of which nothing is known here may be old: nobody waits for it to become known.
    ageMs: entry?.accepted ? Math.max(0, clock.now() - entry.accepted.at) : 60_000,
    onLook: (task) =>
      context.reporter.progress.step(id, {
        doing: task.status,
        model,
        taskId: id,
      }),
    onLost: context.reporter.retrying,
  });
}

function reportTask(context: Context, task: Task, entry: Entry | undefined): TaskReport {
  const at = entry?.accepted?.at;
  return {
    task_id: task.id,
    status: task.status,
    ...requestReport(entry?.intended.request),
    images: task.images.map((image, index) => imageReport(image, entry?.completed?.at, entry?.saved[index])),
    cost: task.cost,
    replayed: false,
    created_at: at === undefined ? null : new Date(at).toISOString(),
    elapsed_ms: null,
    resume:
      task.status === 'failed'
        ? null
        : context.command(`download ${task.id}${hasEnded(task) ? '' : ' --wait'}`),
    error: task.status === 'failed' ? failedReport(task) : null,
  };
}

function failedReport({ reason }: Task): TaskReport['error'] {
  const message = `the task failed: ${reason ?? 'the service gave no reason'}`;
  return {
    code: 'task_failed',
    message,
    hint: null,
    status: null,
    request_id: null,
    retryable: false,
    details: null,
  };
}

function stateCode(reports: readonly TaskReport[]): number {
  if (reports.some(({ status: state }) => state === 'failed')) return exitCodes.task_failed;
  return reports.some(({ status: state }) => state !== 'completed') ? exitCodes.timeout : 0;
}
