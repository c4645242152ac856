import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import pMap from 'p-map';
import type { Context } from '../context.ts';
import { prepareFolder } from '../disk/folder.ts';
import { fixedFolder } from '../image/picture-path.ts';
import type { Server } from '../journal/event.ts';
import { unwritable } from '../journal/unwritable.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import type { TaskReport } from '../report/task-report.ts';
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
  if (await skipExisting(context, plan)) return 0;

  const work = createWork(context, plan.wishes);
  stopGracefully(work);
  context.reporter.progress.expect(plan.requests.length);
  const begun = await begin(work, plan, server, flags.new === true);
  const reports = await pMap(begun, (each) => makeAndReport(work, each, plan.requests.length), {
    concurrency: tasksAtOnce,
  });
  sayWhatIsNext(work, reports);
  return exitCodeOf(reports.map(({ error }) => error?.code));
}

async function prepareTarget({ target: { folder, output } }: Plan): Promise<void> {
  if (output !== '-') await prepareFolder(resolve(folder, fixedFolder(output)));
}

/** Every task has its intent on disk before the first request leaves. */
async function begin(
  work: Work,
  { requests, target }: Plan,
  server: Server,
  fresh: boolean,
): Promise<Begun[]> {
  const { context } = work;
  const taken = fresh ? [] : await takeUp(context, requests, server, target);
  const run = await context.journal.run();
  return await Promise.all(
    requests.map(async (request, index) => {
      const known = taken[index];
      if (known) sayTakenUp(work, known);
      const begun = known ?? { run, ...(await intend()) };
      work.fates.set(begun.entry.key, begun.fate);
      return begun;

      async function intend(): Promise<Omit<Begun, 'run'>> {
        const key = randomUUID();
        const at = context.world.clock.now();
        const intent = {
          event: 'intended',
          key,
          at,
          server,
          request,
          target: { ...target, index: index + 1 },
        } as const;
        await run.append(intent).catch((error) => {
          throw unwritable(String((error as NodeJS.ErrnoException).code ?? error), error);
        });
        const entry = run.open.get(key);
        if (!entry) throw new Error('the record does not hold what was written to it');
        return { entry, fate: { uncertain: false } };
      }
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
