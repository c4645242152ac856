import { resolve } from 'node:path';
import pMap from 'p-map';
import type { Context } from '../context.ts';
import { prepareFolder } from '../disk/folder.ts';
import { fixedFolder } from '../image/picture-path.ts';
import type { Server, Target } from '../journal/event.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import type { TaskReport } from '../report/task-report.ts';
import type { ImageRequest } from '../task/request.ts';
import { intend } from './intend.ts';
import { makePicture } from './make-picture.ts';
import { type GenerateFlags, type Plan, readPlan } from './plan.ts';
import { skipExisting } from './skip-existing.ts';
import { stopGracefully } from './stop.ts';
import { takeUp } from './take-up.ts';
import { type Begun, createWork, type Work } from './work.ts';

/** Tasks in flight at once. */
const tasksAtOnce = 8;

/** Submits what is asked for, waits, saves. Answers the exit code. */
export async function generate(
  context: Context,
  words: readonly string[],
  flags: GenerateFlags,
): Promise<number> {
  const plan = await readPlan(context, words, flags);
  const server = await context.server(flags.sandbox === true);
  await context.api(server); // a missing key is told before anything else happens
  if (plan.wishes.wait && plan.wishes.download) await prepareTarget(plan);
  const wanted = await unskipped(context, plan);
  if (wanted.length === 0) return 0;

  const work = createWork(context, plan.wishes);
  stopGracefully(work);
  context.reporter.progress.expect(wanted.length);
  const begun = await begin(work, wanted, server, flags.new === true);
  const reports = await pMap(begun, (each) => makeAndReport(work, each, wanted.length), {
    concurrency: tasksAtOnce,
  });
  sayWhatIsNext(work, reports);
  return exitCodeOf(reports.map(({ error }) => error?.code));
}

async function prepareTarget({ target: { folder, output } }: Plan): Promise<void> {
  if (output !== '-') await prepareFolder(resolve(folder, fixedFolder(output)));
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

interface Wanted {
  request: ImageRequest;
  target: Target;
}

/** Every task has its intent on disk before the first request leaves. */
async function begin(
  work: Work,
  wanted: readonly Wanted[],
  server: Server,
  fresh: boolean,
): Promise<Begun[]> {
  const taken = fresh ? [] : await takeUp(work.context, wanted, server);
  return await Promise.all(
    wanted.map((each, position) => {
      const known = taken[position];
      if (!known) return intend(work, { server, ...each });
      sayTakenUp(work, known);
      work.fates.set(known.entry.key, known.fate);
      return known;
    }),
  );
}

function sayTakenUp({ context }: Work, { entry }: Begun): void {
  const what = entry.accepted ? `task ${entry.accepted.id}` : 'a request that may have been accepted';
  context.reporter.note(`Taking up ${what} of an interrupted run: it is not paid again (--new buys another)`);
}

async function makeAndReport(work: Work, begun: Begun, count: number): Promise<TaskReport> {
  const { reporter } = work.context;
  const report = await makePicture(work, begun);
  // One request that no task came of is a failed command, not a failed task.
  if (report.error && report.task_id === null && count === 1)
    await reporter.failure(report.error, report.resume ?? undefined);
  else await reporter.task(report, work.wanted);
  return report;
}

function sayWhatIsNext({ context, wishes }: Work, reports: readonly TaskReport[]): void {
  const ids = reports.flatMap(({ task_id, error }) => (task_id !== null && error === null ? [task_id] : []));
  if (ids.length === 0) return;
  if (!wishes.wait) context.reporter.next(context.command(`download ${ids.join(' ')} --wait`), 'Fetch it');
  else if (!wishes.download)
    context.reporter.next(context.command(`download ${ids.join(' ')}`), 'Save it within 7 days');
}
