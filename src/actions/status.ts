import type { Api } from '../api/client.ts';
import { tryAgain } from '../api/try-again.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../errors.ts';
import { costOf, type Entry } from '../journal/entry.ts';
import { tellAll } from '../problems.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { errorReport, requestReport, type TaskReport } from '../report/task-report.ts';
import { laterCost } from '../task/cost.ts';
import { follow } from '../task/follow.ts';
import { hasEnded, type Task } from '../task/task.ts';
import { fetchCommand } from './fetch-command.ts';
import { checkServer, checkTaskIds, locate } from './locate.ts';
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
  const problems: string[] = [];
  checkTaskIds(ids, problems);
  const wishes = readWishes(
    { ...flags, wait: flags.wait === true },
    context.stored.settings.timeout,
    problems,
  );
  if (problems.length > 0) throw tellAll(problems);
  const work = createWork(context, wishes);
  const known = await locate(context, ids);
  await checkServer(context, ids, known, flags.sandbox === true);
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

/**
 * The state of one task now, or when it has ended; nothing is written down. What goes wrong is part of the report.
 * @param entry what the record knows of it
 */
export async function statusOf(
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
    const report = errorReport(error);
    const gone = report.code === 'not_found';
    const untold: Task = { id, status: gone ? 'failed' : 'processing', images: [], reason: null, cost: null };
    return { ...reportTask(context, untold, entry), error: report };
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
    poll: () => api.look(id, cluesOf(entry), deadline.signal),
    pace: work.pace,
    clock,
    deadline,
    // A task of which nothing is known here may be old: nobody waits for it to become known.
    ageMs: entry?.accepted ? Math.max(0, clock.now() - entry.accepted.at) : 60_000,
    onPoll: (task) =>
      context.reporter.progress.step(id, {
        doing: task.status,
        model: entry ? model : undefined,
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
    cost: laterCost(entry && costOf(entry), task.cost),
    replayed: false,
    created_at: at === undefined ? null : new Date(at).toISOString(),
    elapsed_ms: null,
    resume:
      task.status === 'failed'
        ? null
        : fetchCommand(context, [task.id], { wait: !hasEnded(task), recorded: entry !== undefined }),
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
