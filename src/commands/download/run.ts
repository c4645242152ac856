import pMap from 'p-map';
import {
  checkServer,
  checkTaskIds,
  makeAndReport,
  namedBase,
  skipExisting,
} from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { checkShowing, type ShowFlags, showPictures } from '../../command-line/show-pictures.ts';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { exitCodeOf, tellAll } from '../../errors.ts';
import { findTask, locate } from '../../paid-task/find-task.ts';
import { record } from '../../paid-task/record.ts';
import { flagSource, settingSource } from '../../request/sources.ts';
import { type NamingFlags, parseTarget } from '../../request/target.ts';
import { parseWishes, type WaitingFlags } from '../../request/wishes.ts';

export type DownloadFlags = WaitingFlags & NamingFlags & ShowFlags;

const tasksAtOnce = 8;

/** Saves the pictures of tasks by their ids, also those of other machines. Returns the exit code. */
export async function download(context: Context, ids: readonly string[], flags: DownloadFlags): Promise<number> {
  const problems: string[] = [];
  checkTaskIds(ids, problems);
  const { maxCost: _, ...settings } = context.stored.settings; // nothing is bought
  const typed = [flagSource({ ...flags, wait: true }), settingSource(settings)];
  const wishes = parseWishes(typed, problems);
  const target = parseTarget(typed, context.world, { count: ids.length, areNew: false }, problems);
  checkShowing(flags, target?.output ?? '', problems);
  if (problems.length > 0 || !wishes || !target) throw tellAll(problems);
  const recorded = await locate(context.engine, ids, await namedBase(context));
  await checkServer(context, ids, recorded);
  await prepareTarget(context, target);
  const work = startWork(context, { ...wishes, pollUntilEnd: flags.wait === true });
  context.reporter.progress.expect(ids.length);

  const claims = new Map();
  const reports = await pMap(
    [...new Set(ids)],
    async (id, position) => {
      const placed = { ...target, index: position + 1 };
      const { server } = context;
      const known = recorded.get(id);
      const { request, server: place = await server() } = known?.entry.intended ?? {};
      if (await skipExisting(context, { server: place, request, target: placed, task: id })) return undefined;
      // What was saved before is fetched again, as asked.
      const unsaved = known && { ...known, entry: { ...known.entry, saved: {} } };
      const begun = await findTask(work, id, { server, target: placed }, unsaved, claims);
      const sidecar = target.sidecar ?? begun.entry.intended.target.sidecar;
      await record({ work, ...begun }, { event: 'retargeted', target: { ...placed, sidecar } });
      const report = await makeAndReport(context, work, begun);
      await context.reporter.task(report, 'files', { isOneOfMany: ids.length > 1 });
      await showPictures(context, report, flags);
      return report;
    },
    { concurrency: tasksAtOnce },
  );
  return exitCodeOf(reports.map((report) => report?.error?.code));
}
