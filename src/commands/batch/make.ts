import pMap from 'p-map';
import { makeAndReport, skipExisting } from '../../command-line/make-and-report.ts';
import { type ErrorCode, exitCodes, Failure } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import { adopt, type Claims, reopen } from '../../paid-task/adopt.ts';
import { intend } from '../../paid-task/begin.ts';
import { type Begun, startDeadline, type Work } from '../../paid-task/engine.ts';
import { retarget } from '../../paid-task/record.ts';
import { rateLimitTries, stopsAll } from '../../paid-task/rows.ts';
import { dataLines } from '../../report/human.ts';
import { goneSuccessors, recordedReport } from '../../report/report-entry.ts';
import { type ErrorReport, emptyReport, errorReport, type TaskReport } from '../../report/task-report.ts';
import { requestReport } from '../../request/request-report.ts';
import { sumText } from '../../task/cost.ts';
import { formatDuration } from '../../task/duration.ts';
import type { Checked } from './check.ts';
import type { Buy, Fetch, Locked } from './locked.ts';
import { isThere, nearest, type Past, type PlacedBatch, type Standing, standingOf } from './past.ts';
import { isGone, mayBuyAgain, openBought } from './refetch.ts';
import { type Fate, newTally, sayBatchEnd } from './summary.ts';
import type { BatchTask, Tasks } from './tasks.ts';

/** A batch that is ready to be made. */
interface ReadyBatch extends PlacedBatch {
  work: Work;
  checked: Checked;
  past: Past;
  /** Undefined without --lock. */
  locked: Locked | undefined;
  tasks: Tasks;
}

/** A task that there is something to do for, with what is known of it if it was made before. */
interface Open {
  task: BatchTask;
  standing: Standing;
  made?: Entry | undefined;
  /** What the lock says is to be done. */
  step?: Buy | Fetch | undefined;
}

/** It is bought, and can no longer be fetched. */
interface Gone extends Open {
  step: Fetch;
  report: TaskReport;
}

/** Makes what is left of a batch, and prints what is there. Returns the exit code. */
export async function makeAll(batch: ReadyBatch): Promise<number> {
  const { context, flags, plan, place, past, locked, checked } = batch;
  const work: Work = { ...batch.work, rateLimitTries };
  const { world, reporter, engine } = context;
  const { server } = place;
  const { wait, download } = plan.wishes;
  const data = wait ? (download ? 'files' : 'urls') : 'id';
  const began = world.clock.monotonic();
  const tally = newTally(checked.total);
  const claims: Claims = new Map();
  const gone: Gone[] = [];
  reporter.progress.expect(checked.total);

  await pMap(openTasks(), make, { concurrency: plan.concurrency });
  if (gone.length > 0) await makeAgain();
  await locked?.finish(!tally.halted && !flags.skipInvalid);
  const cost = server.sandbox && tally.made > 0 ? 'sandbox' : sumText(work.spent);
  return sayBatchEnd(context, tally, wait, [formatDuration(world.clock.monotonic() - began), cost]);

  /** Settles in the order of the file what needs no work. */
  async function* openTasks(): AsyncGenerator<Open> {
    for await (const task of batch.tasks) {
      if (tally.halted) return;
      const open = await openOrFate(task);
      if (typeof open === 'object') yield open;
      else {
        tally[open] += 1;
        reporter.progress.settled();
        checked.settle(task);
      }
    }
  }

  async function openOrFate(task: BatchTask): Promise<Open | Fate> {
    const known = past.tasks.get(task.key);
    const standing = standingOf(known, flags, engine);
    if (standing === 'elsewhere') return 'elsewhere';
    const step = await locked?.stepFor(task);
    if (step?.do === 'nothing') return 'before';
    if (step?.do === 'leave') {
      reporter.warn(step.why);
      return 'leftAlone';
    }
    if (standing === 'failed' && step?.do !== 'fetch') {
      const left = known?.unfinished?.entry.intended;
      const date = left && new Date(left.at).toISOString();
      if (left) reporter.warn(`row ${left.row?.row}: a request of ${date} never got an answer and may be paid for`);
      return 'failedBefore';
    }
    const made = standing === 'made' && !step ? await nearest(past, task, place) : undefined;
    if (made && (!download || (await isThere(made, task)))) {
      const report = recordedReport(context, made, true);
      await reporter.data(report, dataLines(report, data, world.cwd).join('\n'));
      return 'before';
    }
    if (!step && (await skipExisting(context, { server, ...task, row: rowOf(task), task: undefined }))) return 'before';
    return { task, standing, made, step };
  }

  async function make(open: Open): Promise<void> {
    if (tally.halted) return;
    const { task, step } = open;
    const report = await makeRow(open).catch((error) => {
      const failed = failedReport(task, error);
      if (failed.error.code !== 'validation') tally.halted ??= failed.error;
      return failed;
    });
    if (report && step?.do === 'fetch' && isGone(report)) gone.push({ ...open, step, report });
    else await conclude(open, report);
  }

  async function conclude({ task, step, standing }: Open, report: TaskReport | undefined): Promise<void> {
    if (report && !report.error) await locked?.saved(task, report, step);
    if (!report) tally.elsewhere += 1;
    else if (!report.error) tally[standing === 'made' ? 'before' : 'made'] += 1;
    else {
      tally.failed += 1;
      tally.codes.add(exitCodes[report.error.code as ErrorCode] ?? exitCodes.internal);
      if (stopsOthers(report.error, report.task_id !== null)) tally.halted ??= report.error;
    }
    if (!tally.halted) checked.settle(task);
    if (report) await reporter.task(report, data, checked.differenceOf(task));
  }

  /** What is bought and gone is bought again only where that was asked for, or a person agrees. */
  async function makeAgain(): Promise<void> {
    const own = gone.filter(({ step }) => step.mayReplace);
    const tasks = own.map(({ task }) => task);
    const mayAsk = own.length > 0 && !tally.halted;
    const isWanted = mayAsk && (flags.refetchMissing || (await mayBuyAgain(context, server, tasks)));
    for (const each of isWanted ? gone.filter(({ step }) => !step.mayReplace) : gone) {
      tally.gone += 1;
      await conclude(each, each.report);
      const what = `${each.task.output?.slot} is bought (task ${each.report.task_id})`;
      reporter.warn(`${what} and cannot be fetched: --refetch-missing buy buys it again`);
    }
    const again = ({ task, step: { target } }: Gone) => make({ task, standing: 'wanted', step: { do: 'buy', target } });
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

  function failedReport(task: BatchTask, error: unknown): TaskReport & { error: ErrorReport } {
    return { ...emptyReport(server), ...requestReport(task.request), error: errorReport(error), ...rowOf(task) };
  }

  async function begin({ task, standing, made, step }: Open): Promise<Begun | undefined> {
    const { row, id, key, request } = task;
    const { generation: known = 0, hasFailed, unfinished, made: before } = past.tasks.get(key) ?? {};
    const { mark } = checked.differenceOf(task);
    const target = { ...(step?.target ?? task.target), ...(mark !== undefined && { mark }) };
    if (standing === 'wanted' || (!made && !unfinished)) {
      const isAgain = flags.new || hasFailed || (step && before?.length);
      const generation = isAgain ? known + 1 : known;
      const own = { ...(id !== undefined && { id }), ...(generation > 0 && { generation }) };
      const [begun] = await intend(work, [{ request, server, target, row: { batch: place.batch, row, key, ...own } }]);
      return begun;
    }
    const begun = made
      ? await reopen(engine, made)
      : unfinished && (await adopt(engine, unfinished.run, unfinished.entry.key, claims));
    if (begun) await retarget(work, begun, target);
    return begun && made ? { ...begun, copies: made.saved } : begun;
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
