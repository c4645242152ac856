import pMap from 'p-map';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { findTask } from '../../paid-task/find-task.ts';
import { checkServer, checkTaskIds, locate } from '../../paid-task/locate.ts';
import { makePicture } from '../../paid-task/make-picture.ts';
import { record } from '../../paid-task/record.ts';
import { stopGracefully } from '../../paid-task/stop.ts';
import { createWork } from '../../paid-task/work.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { checkShowing, type ShowFlags, showPictures } from '../../report/show-pictures.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { flagSource, settingSource } from '../../request/sources.ts';
import { type NamingFlags, parseTarget, prepareTarget } from '../../request/target.ts';
import { parseWishes, type WaitingFlags } from '../../request/wishes.ts';

export interface DownloadFlags extends WaitingFlags, NamingFlags, ShowFlags {
  sandbox?: boolean;
}

const tasksAtOnce = 8;

/** Saves the pictures of tasks by their ids, of whatever machine they are. Answers the exit code. */
export async function download(
  context: Context,
  ids: readonly string[],
  flags: DownloadFlags,
): Promise<number> {
  const problems: string[] = [];
  checkTaskIds(ids, problems);
  const typed = [flagSource({ ...flags, wait: true }), settingSource(context.stored.settings)];
  const wishes = parseWishes(typed, problems);
  const target = parseTarget(typed, context.world, { count: ids.length, areNew: false }, problems);
  checkShowing(flags, target?.output ?? '', problems);
  if (problems.length > 0 || !wishes || !target) throw tellAll(problems);
  const recorded = await locate(context, ids);
  await checkServer(context, ids, recorded, flags.sandbox === true);
  await prepareTarget(context, target);
  const work = createWork(context, { ...wishes, patient: flags.wait === true });
  stopGracefully(work);
  context.reporter.progress.expect(ids.length);

  const known = {
    dead: await context.journal.dead(),
    // What was saved before is fetched again: that is what was asked for.
    recorded: new Map([...recorded].map(([id, entry]) => [id, { ...entry, saved: {} }])),
    owned: new Map(),
  };
  const reports = await pMap(
    [...new Set(ids)],
    async (id, position) => {
      const placed = { ...target, index: position + 1 };
      const begun = await findTask(work, id, placed, flags.sandbox === true, known);
      const sidecar = target.sidecar ?? begun.entry.intended.target.sidecar;
      await record({ work, ...begun }, { event: 'retargeted', target: { ...placed, sidecar } });
      const report = await makePicture(work, begun);
      await context.reporter.task(report, 'files');
      await showPictures(context, report, flags);
      return report;
    },
    { concurrency: tasksAtOnce },
  );
  return exitCodeOf(reports.map((report: TaskReport) => report.error?.code));
}
