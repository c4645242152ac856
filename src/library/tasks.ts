import pMap from 'p-map';
import { checkTaskIds, makeAndReport, namedBase } from '../command-line/make-and-report.ts';
import { prepareTarget } from '../command-line/prepare-target.ts';
import { statusReport } from '../command-line/status-report.ts';
import { tellAll } from '../errors.ts';
import type { Entry } from '../journal/entry.ts';
import { findTask, locate } from '../paid-task/find-task.ts';
import { record } from '../paid-task/record.ts';
import { adopt, type Claims, deadRuns, isForgotten } from '../paid-task/take-up.ts';
import type { TaskReport } from '../report/task-report.ts';
import { type Call, inTheirWords, readTarget, settled } from './call.ts';

const tasksAtOnce = 8;

/** Tells the state of a task now. */
export async function status(call: Call, id: string): Promise<TaskReport> {
  const { context, options, wishes } = call;
  checkId(id);
  const entry = (await locate(context.engine, [id], await namedBase(context))).get(id)?.entry;
  const work = { ...call.work, wishes: { ...wishes, wait: false } };
  const report = await statusReport(context, work, { id, entry, sandbox: options.sandbox === true });
  return report.error?.code === 'task_failed' ? report : settled(call, report);
}

/** Waits for a task and saves its pictures. */
export async function download(call: Call, id: string): Promise<TaskReport> {
  const { context, work, options } = call;
  checkId(id);
  const target = readTarget(call, 1, false);
  const known = (await locate(context.engine, [id], await namedBase(context))).get(id);
  const server = () => context.server(options.sandbox === true);
  if (!known) await context.api(await server());
  await prepareTarget(context, target);
  // What was saved before is fetched again, as asked.
  const unsaved = known && { ...known, entry: { ...known.entry, saved: {} } };
  const begun = await findTask(work, id, { server, target }, unsaved, new Map());
  await record({ work, ...begun }, { event: 'retargeted', target });
  return settled(call, await makeAndReport(context, work, begun));
}

/** Finishes what dead runs left, but for what was let go on purpose. */
export async function resume(call: Call): Promise<TaskReport[]> {
  const { context, work } = call;
  const { engine } = context;
  const left = await engine.journal.left({ tidy: true });
  const isMeant = (entry: Entry): boolean => !entry.letGo;
  const dead = await deadRuns(engine, left, isMeant, work.deadline.signal);
  for (const problem of left.unreadable) engine.listener.warn(problem);
  const claims: Claims = new Map();
  const unfinished = dead.flatMap((run) => [...run.entries.values()].map((entry) => ({ run, entry })));
  const reports = await pMap(
    unfinished.filter(({ entry }) => isMeant(entry)),
    async ({ run, entry }) => {
      if (isForgotten(engine, entry)) {
        engine.listener.warn('a request without an answer is too old to be sent again; it may be paid for');
        return undefined;
      }
      const begun = await adopt(engine, run, entry.key, claims);
      if (!begun) return undefined; // another process was quicker
      work.fates.set(entry.key, begun.fate);
      const report = await makeAndReport(context, { ...work, deadline: call.deadline() }, begun);
      return { ...report, error: report.error && inTheirWords(report.error) };
    },
    { concurrency: tasksAtOnce },
  );
  return reports.filter((report) => report !== undefined);
}

function checkId(id: string): void {
  const problems: string[] = [];
  checkTaskIds([id], problems);
  if (problems.length > 0) throw tellAll(problems, { sends: false, wayOut: '' });
}
