import pMap from 'p-map';
import type { Context } from '../../context.ts';
import { begin, type Wanted } from '../../paid-task/begin.ts';
import { makePicture } from '../../paid-task/make-picture.ts';
import { skipExisting } from '../../paid-task/skip-existing.ts';
import { stopGracefully } from '../../paid-task/stop.ts';
import { type Begun, createWork, type Work } from '../../paid-task/work.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { fetchCommand } from '../../report/fetch-command.ts';
import { type ShowFlags, showPictures } from '../../report/show-pictures.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { prepareTarget } from '../../request/target.ts';
import { type GenerateFlags, type Plan, readPlan } from './plan.ts';
import { sayCost } from './say-cost.ts';

/** Tasks in flight at once. */
const tasksAtOnce = 8;

/** Submits what is asked for, waits, saves. Answers the exit code. */
export async function generate(
  context: Context,
  words: readonly string[],
  flags: GenerateFlags,
): Promise<number> {
  const plan = await readPlan(context, words, flags);
  const { server } = plan;
  await context.api(server); // a missing key is told before anything else happens
  if (plan.wishes.wait && plan.wishes.download) await prepareTarget(context, plan.target);
  const wanted = await unskipped(context, plan);
  if (wanted.length === 0) return 0;

  const work = createWork(context, plan.wishes);
  stopGracefully(work);
  context.reporter.progress.expect(wanted.length);
  work.balance.expect(wanted.length);
  const begun = await begin(work, wanted, server, flags.new === true);
  const reports = await pMap(begun, (each) => makeAndReport(work, each, wanted.length, flags), {
    concurrency: tasksAtOnce,
  });
  sayCost(work, reports);
  work.balance.stop();
  sayWhatIsNext(work, reports);
  return exitCodeOf(reports.map(({ error }) => error?.code));
}

/** What is left to make where --skip-existing finds files. */
async function unskipped(context: Context, { requests, target }: Plan): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (const [position, request] of requests.entries()) {
    const own = { ...target, index: position + 1 };
    if (!(await skipExisting(context, request, own))) wanted.push({ request, target: own });
  }
  return wanted;
}

async function makeAndReport(work: Work, begun: Begun, count: number, show: ShowFlags): Promise<TaskReport> {
  const { reporter } = work.context;
  const report = await makePicture(work, begun);
  // One request that no task came of is a failed command, not a failed task.
  if (report.error && report.task_id === null && count === 1)
    await reporter.refused(report.error, report.resume);
  else await reporter.task(report, work.wanted, count === 1 ? work.balance.cents() : undefined);
  await showPictures(work.context, report, show);
  return report;
}

function sayWhatIsNext({ context, wishes }: Work, reports: readonly TaskReport[]): void {
  const ids = reports.flatMap(({ task_id, error }) => (task_id !== null && error === null ? [task_id] : []));
  const recorded = context.flags.record !== false;
  if (ids.length === 0 || (!recorded && context.flags.sandbox)) return;
  const command = fetchCommand(context, ids, { wait: !wishes.wait, recorded });
  if (!wishes.wait) context.reporter.next(command, 'Fetch it');
  else if (!wishes.download) context.reporter.next(command, 'Save it within 7 days');
}
