import pMap from 'p-map';
import { makeAndReport, skipExisting } from '../../command-line/make-and-report.ts';
import type { Context } from '../../context.ts';
import { type ErrorCode, exitCodes, Failure } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import type { Server } from '../../journal/event.ts';
import { intend } from '../../paid-task/begin.ts';
import { type Begun, startDeadline, type Work } from '../../paid-task/engine.ts';
import { retarget } from '../../paid-task/record.ts';
import { adopt, type Claims, reopen } from '../../paid-task/take-up.ts';
import { dataLines } from '../../report/human.ts';
import { goneSuccessors, recordedReport } from '../../report/report-entry.ts';
import { type ErrorReport, emptyReport, errorReport, type TaskReport } from '../../report/task-report.ts';
import { requestReport } from '../../request/request-report.ts';
import { sumText } from '../../task/cost.ts';
import { type Checked, differenceOf, settle } from './check.ts';
import type { Fetch, Locked, Step } from './locked.ts';
import { isThere, madeFor, nearest, type Past, type Standing, standingOf } from './past.ts';
import type { BatchFlags, BatchPlan } from './plan.ts';
import { isGone, mayBuyAgain, openBought } from './refetch.ts';
import { newCount, sayBatchEnd } from './summary.ts';
import type { BatchTask } from './tasks.ts';

export interface Batch {
  context: Context;
  work: Work;
  flags: BatchFlags;
  plan: BatchPlan;
  server: Server;
  /** How the record names it. */
  batch: string;
  account: string | undefined;
  past: Past;
  checked: Checked;
  /** Undefined without --lock. */
  locked: Locked | undefined;
  /** Reads the tasks one after the other, those of this shard. */
  tasks(): AsyncGenerator<BatchTask>;
}

/** A task that there is something to do for, with what is known of it if it was made before. */
interface Open {
  task: BatchTask;
  standing: Standing;
  made: Entry | undefined;
  /** What the lock says is to be done. */
  step?: Step | undefined;
}

/** It is bought, and can no longer be fetched. */
interface Gone {
  open: Open;
  step: Fetch;
  report: TaskReport;
}

/** A rate limit is the whole batch's: a task of it is retried until its own deadline. */
const rateLimitTries = 1000;
/** Failures that no other row can escape either. */
const stopsAll: ReadonlySet<string> = new Set<ErrorCode>([
  'authentication',
  'insufficient_credits',
  'over_budget',
  'interrupted',
]);

/** Makes what is left of a batch, and prints what is there. Returns the exit code. */
export async function makeAll(batch: Batch): Promise<number> {
  const { context, flags, plan, server, past, locked, checked } = batch;
  const work: Work = { ...batch.work, rateLimitTries };
  const { world, reporter, engine } = context;
  const began = world.clock.monotonic();
  const count = newCount(checked.total);
  const claims: Claims = new Map();
  const gone: Gone[] = [];
  const { wait, download } = plan.wishes;
  const data = wait ? (download ? 'files' : 'urls') : 'id';
  let halted: TaskReport | undefined;
  reporter.progress.expect(checked.total);

  await pMap(openTasks(), make, { concurrency: plan.concurrency });
  if (gone.length > 0) await makeAgain();
  await locked?.finish(!halted && !flags.skipInvalid);
  const spent = server.sandbox && count.made > 0 ? 'sandbox' : sumText(work.spent);
  return sayBatchEnd(context, count, { halted, wait, elapsedMs: world.clock.monotonic() - began, spent });

  /** Settles in the order of the file what needs no work. */
  async function* openTasks(): AsyncGenerator<Open> {
    for await (const task of batch.tasks()) {
      if (halted) return;
      const standing = standingOf(past, task.key, flags, context);
      const step = standing === 'elsewhere' ? undefined : await locked?.step(task);
      const earlier = standing === 'made' && !step ? madeFor(past, task, batch) : [];
      const made = await nearest(earlier.reverse(), task);
      if (standing === 'elsewhere') count.elsewhere += 1;
      else if (step?.do === 'nothing') count.before += 1;
      else if (step?.do === 'leave') {
        count.leftAlone += 1;
        reporter.warn(step.why);
      } else if (standing === 'failed' && step?.do !== 'fetch') countFailed(task);
      else if (made && (!download || (await isThere(made, task)))) {
        count.before += 1;
        const report = recordedReport(context, made, true);
        await reporter.data(report, dataLines(report, data, world.cwd).join('\n'));
      } else if (!step && (await skipExisting(context, { server, ...task, row: rowOf(task), task: undefined })))
        count.before += 1;
      else {
        yield { task, standing, made, step };
        continue;
      }
      reporter.progress.settled();
      settle(checked, task);
    }
  }

  function countFailed({ key }: BatchTask): void {
    count.failedBefore += 1;
    const left = past.unfinished.get(key)?.entry.intended;
    if (left)
      reporter.warn(
        `row ${left.row?.row}: a request of ${new Date(left.at).toISOString()} never got an answer and may be paid for`,
      );
  }

  async function make(open: Open): Promise<void> {
    if (halted) return;
    const { task, step } = open;
    const report = await makeRow(open).catch((error) => {
      const failed = failedReport(task, error);
      if (failed.error?.code !== 'validation') halted ??= failed;
      return failed;
    });
    if (report && step?.do === 'fetch' && isGone(report)) gone.push({ open, step, report });
    else await conclude(open, report);
  }

  async function conclude({ task, step, standing }: Open, report: TaskReport | undefined): Promise<void> {
    if (report && !report.error) await locked?.saved(task, report, step);
    if (report === undefined) count.elsewhere += 1;
    else note(report, standing);
    if (!halted) settle(checked, task);
    if (report) await reporter.task(report, data, differenceOf(checked, task));
  }

  /** What is bought and gone is bought again only where that was asked for, or a person agrees. */
  async function makeAgain(): Promise<void> {
    const own = gone.filter(({ step }) => step.mayReplace);
    const isWanted = own.length > 0 && !halted && (flags.refetchMissing || (await mayBuyAgain(context, server, own)));
    for (const { open, report } of gone.filter(({ step }) => !isWanted || !step.mayReplace)) {
      count.gone += 1;
      await conclude(open, report);
      const what = `${open.task.output?.slot} is bought (task ${report.task_id})`;
      reporter.warn(`${what} and cannot be fetched: --refetch-missing buy buys it again`);
    }
    const again = ({ open, step }: Gone) =>
      make({ ...open, standing: 'wanted', step: { do: 'buy', target: step.target } });
    if (isWanted) await pMap(own, again, { concurrency: plan.concurrency });
  }

  /** Throws where the task cannot be begun: then no other can be either, unless it is invalid. */
  async function makeRow(open: Open): Promise<TaskReport | undefined> {
    const { task, step } = open;
    if (step?.do === 'fetch' && step.line.server !== server.base) {
      const reason = `was bought at ${step.line.server}, not at ${server.base}`;
      const failure = new Failure('not_found', `task ${step.line.task} ${reason}`);
      return { ...failedReport(task, failure), task_id: step.line.task };
    }
    const begun = step?.do === 'fetch' ? await openBought(engine, step, server) : await begin(open);
    if (!begun) return undefined;
    const deadline = startDeadline(engine, plan.wishes.timeoutMs);
    const report = await makeAndReport(context, { ...work, deadline }, begun);
    deadline.cancel();
    work.fates.delete(begun.entry.key);
    return { ...report, ...rowOf(task) };
  }

  function failedReport(task: BatchTask, error: unknown): TaskReport {
    return { ...emptyReport(server), ...requestReport(task.request), error: errorReport(error), ...rowOf(task) };
  }

  async function begin({ task, standing, made, step }: Open): Promise<Begun | undefined> {
    const { mark } = differenceOf(checked, task);
    const wanted = step?.do === 'buy' ? step.target : task.target;
    const target = { ...wanted, ...(mark !== undefined && { mark }) };
    const unfinished = past.unfinished.get(task.key);
    if (standing === 'wanted' || (!made && !unfinished)) {
      const [begun] = await intend(work, [{ request: task.request, server, target, row: recordedRow(task, step) }]);
      return begun;
    }
    const begun = made
      ? await reopen(engine, made)
      : unfinished && (await adopt(engine, unfinished.run, unfinished.entry.key, claims));
    if (!begun) return undefined;
    await retarget(work, begun, target);
    return made ? { ...begun, copies: made.saved } : begun;
  }

  function recordedRow({ row, id, key }: BatchTask, step: Step | undefined) {
    const known = past.generations.get(key) ?? 0;
    const isAgain = flags.new || past.failed.has(key) || (step && past.made.has(key));
    const generation = isAgain ? known + 1 : known;
    return { batch: batch.batch, row, key, ...(id !== undefined && { id }), ...(generation > 0 && { generation }) };
  }

  function note(report: TaskReport, standing: Standing): void {
    const { error } = report;
    if (!error) {
      count[standing === 'made' ? 'before' : 'made'] += 1;
      return;
    }
    count.failed += 1;
    count.codes.add(exitCodes[error.code as ErrorCode] ?? exitCodes.internal);
    if (stopsOthers(error, report.task_id !== null)) halted ??= report;
  }
}

/** A key that is refused for a task that was accepted may still be good for others: only a fresh request tells. */
function stopsOthers(error: ErrorReport, accepted: boolean): boolean {
  const { code, retryable } = error;
  if (accepted && code === 'authentication') return false;
  // A wrong certificate, or a proxy that wants a password: every row would be told the same.
  const isHopeless = !accepted && code === 'network' && !retryable;
  return stopsAll.has(code) || isHopeless || goneSuccessors(error).length > 0;
}

function rowOf({ row, id }: BatchTask): Pick<TaskReport, 'row' | 'id'> {
  return { row, ...(id !== undefined && { id }) };
}
