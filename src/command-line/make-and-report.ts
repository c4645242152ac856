import { pathToFileURL } from 'node:url';
import type { Context } from '../context.ts';
import { examine } from '../disk/examine.ts';
import type { Server } from '../journal/event.ts';
import type { Begun, Work } from '../paid-task/engine.ts';
import { findExisting, type Nameable } from '../paid-task/existing.ts';
import { makePicture } from '../paid-task/make-picture.ts';
import { reportOutcome } from '../report/report-entry.ts';
import { emptyReport, type TaskReport } from '../report/task-report.ts';
import { requestReport } from '../request/request-report.ts';
import { addCost, type CostSum, sumText } from '../task/cost.ts';
import { isTaskId } from '../task/task-id.ts';

/** Finishes a task and reports it. A failure is part of the report. */
export async function makeAndReport(context: Context, work: Work, begun: Begun): Promise<TaskReport> {
  const report = reportOutcome(context, await makePicture(work, begun));
  addBought(work.spent, report);
  context.reporter.progress.ended(begun.entry.key, report.error !== null, sumText(work.spent));
  return report;
}

/** Adds the cost of a task. A request without an answer may have been paid for: its cost is unknown. */
function addBought(sum: CostSum, { task_id, status, cost, reused, sandbox, resume }: TaskReport): void {
  if (sandbox || reused || (task_id === null && resume === null)) return;
  addCost(sum, cost, status === 'failed' && task_id !== null);
}

/** With --skip-existing: reports the file that is there already and returns true. */
export async function skipExisting(
  { world, reporter }: Context,
  { server, row, ...wanted }: Nameable & { server: Server; row?: Pick<TaskReport, 'row' | 'id'> },
): Promise<boolean> {
  const path = await findExisting(wanted, world.clock.now());
  if (path === undefined) return false;
  reporter.note(`${path} exists: skipped, nothing was paid`);
  await reporter.task({ ...(await skippedReport(server, wanted, path)), ...row }, 'files');
  return true;
}

async function skippedReport(server: Server, { request, task }: Nameable, path: string): Promise<TaskReport> {
  const facts = await examine(path);
  const { bytes = null, mime = null, width = null, height = null, sha256 = null } = facts ?? {};
  return {
    ...emptyReport(server),
    task_id: task ?? null,
    status: 'completed',
    ...requestReport(request),
    reused: true,
    images: [{ url: pathToFileURL(path).href, expires_at: null, path, bytes, mime, width, height, sha256 }],
  };
}

/** Adds invalid task ids to the problems, before anything is sent. */
export function checkTaskIds(ids: readonly string[], problems: string[]): void {
  const wrong = ids.filter((id) => !isTaskId(id)).map((id) => JSON.stringify(id));
  if (wrong.length === 0) return;
  problems.push(`invalid task id ${wrong.join(', ')}: an id such as tsk_abc123 has only letters, digits, _ and -`);
}

/** Returns the server that --base-url names; undefined without the flag, when any server counts. */
export async function namedBase(context: Context): Promise<string | undefined> {
  return context.flags.baseUrl === undefined ? undefined : (await context.server(false)).base;
}

/**
 * Reports a missing key or an invalid address once, not for each task, unless the record holds all of them.
 * Throws `authentication` or `validation`.
 */
export async function checkServer(
  context: Context,
  ids: readonly string[],
  recorded: Pick<ReadonlyMap<string, unknown>, 'has'>,
): Promise<void> {
  if (ids.some((id) => !recorded.has(id))) await context.api(await context.server());
}
