import { checkServer, checkTaskIds, namedBase } from '../../command-line/make-and-report.ts';
import { statusReport } from '../../command-line/status-report.ts';
import type { Context } from '../../context.ts';
import { exitCodeOf, exitCodes, tellAll } from '../../errors.ts';
import { createWork } from '../../paid-task/engine.ts';
import { locate } from '../../paid-task/find-task.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { flagSource, settingSource } from '../../request/sources.ts';
import { parseWishes, type WaitingFlags } from '../../request/wishes.ts';

export interface StatusFlags extends WaitingFlags {
  exitStatus?: boolean;
}

/** Tells the state of each task as soon as it is known. Returns the exit code. */
export async function status(context: Context, ids: readonly string[], flags: StatusFlags): Promise<number> {
  const problems: string[] = [];
  checkTaskIds(ids, problems);
  const typed = flagSource({ ...flags, wait: flags.wait === true });
  const { maxCost: _, ...settings } = context.stored.settings; // nothing is bought
  const wishes = parseWishes([typed, settingSource(settings)], problems);
  if (problems.length > 0 || !wishes) throw tellAll(problems);
  const work = createWork(context.engine, wishes);
  const known = await locate(context.engine, ids, await namedBase(context));
  await checkServer(context, ids, known);
  context.reporter.progress.expect(ids.length);
  const reports = await Promise.all(
    ids.map(async (id) => {
      const report = await statusReport(context, work, id, known.get(id)?.entry);
      context.reporter.progress.ended(id, report.error !== null);
      await context.reporter.task(report, 'state', { isOneOfMany: ids.length > 1 });
      return report;
    }),
  );
  // A task that failed was reported all the same.
  const failed = exitCodeOf(reports.map(({ error }) => (error?.code === 'task_failed' ? undefined : error?.code)));
  return failed !== 0 || !flags.exitStatus ? failed : stateCode(reports);
}

function stateCode(reports: readonly TaskReport[]): number {
  if (reports.some(({ status: state }) => state === 'failed')) return exitCodes.task_failed;
  return reports.some(({ status: state }) => state !== 'completed') ? exitCodes.timeout : 0;
}
