import pMap from 'p-map';
import { makeAndReport, skipExisting } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { type ErrorCode, exitCodes } from '../../errors.ts';
import type { Claim } from '../../journal/claims.ts';
import type { Server } from '../../journal/event.ts';
import { accountAt } from '../../paid-task/account.ts';
import { intend } from '../../paid-task/begin.ts';
import { type Begun, startDeadline, type Work } from '../../paid-task/engine.ts';
import { retarget } from '../../paid-task/record.ts';
import { adopt, type Claims, isForgotten, reopen } from '../../paid-task/take-up.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { paidCents } from '../../task/cost.ts';
import { checkRows } from './check-rows.ts';
import { claimRows, lostClaim } from './claim-rows.ts';
import { type Locked, openLocked, type Step } from './locked.ts';
import { type Past, readPast } from './past.ts';
import { pinnedPlan } from './pinned.ts';
import { type BatchFlags, type BatchPlan, type BatchTask, readBatchPlan, readTasks } from './plan.ts';
import { goneText, isGone, openBought, otherServerReport, rowFailure } from './refetch.ts';
import { inShard } from './row-key.ts';
import { type BatchSource, openBatch } from './source.ts';
import { type BatchCount, sayBatchEnd } from './summary.ts';

/** A rate limit is the whole batch's: a task of it is retried until its own deadline. */
const rateLimitTries = 1000;
/** Failures that no other row can escape either. */
const stopsAll: ReadonlySet<string> = new Set<ErrorCode>([
  'authentication',
  'insufficient_credits',
  'over_budget',
  'interrupted',
]);

/** Makes the pictures of a batch file, or those that earlier runs left. Returns the exit code. */
export async function batch(context: Context, file: string, flags: BatchFlags): Promise<number> {
  const typed = readBatchPlan(context, flags);
  const server = await context.server(flags.sandbox === true);
  await context.api(server); // a missing key is told before anything else happens
  const source = await openBatch(context, file, typed);
  try {
    const plan = pinnedPlan(context, source, typed, flags);
    const total = await checkRows(context, source, plan, flags);
    if (plan.wishes.wait && plan.wishes.download) await prepareTarget(context, plan.target);
    const work = startWork(context, plan.wishes);
    const account = await accountAt(context.engine, server);
    const claim = await claimRows(context, { source, server, account, plan }, work.deadline.signal);
    const isMine = (key: string): boolean => inShard(key, plan.shard);
    const wanted = { batch: source.name, server, account, isMine };
    const past = await readPast(context, wanted, work.deadline.signal);
    const locked = flags.lock
      ? await openLocked(context, { source, plan }, wanted, flags.overwrite === true || flags.new === true)
      : undefined;
    return await makeAll({ context, work, source, flags, plan, server, past, total, claim, locked });
  } finally {
    await source.remove();
  }
}

interface Batch {
  context: Context;
  work: Work;
  source: BatchSource;
  flags: BatchFlags;
  plan: BatchPlan;
  server: Server;
  past: Past;
  total: number;
  claim: Claim;
  /** Undefined without --lock. */
  locked: Locked | undefined;
}

async function makeAll(all: Batch): Promise<number> {
  const { context, source, flags, plan, server, past, total, claim, locked } = all;
  const work: Work = { ...all.work, rateLimitTries };
  const { world, reporter, engine } = context;
  const began = world.clock.monotonic();
  const count: BatchCount = {
    total,
    made: 0,
    failed: 0,
    before: 0,
    failedBefore: 0,
    elsewhere: 0,
    leftAlone: 0,
    cents: 0,
    codes: new Set(),
  };
  const claims: Claims = new Map();
  const { wait, download } = plan.wishes;
  const data = wait ? (download ? 'files' : 'urls') : 'id';
  let halted: TaskReport | undefined;
  reporter.progress.expect(total);

  await pMap(unlessHalted(), make, { concurrency: plan.concurrency });
  await locked?.finish(!halted && !flags.skipInvalid);
  return sayBatchEnd(context, count, halted, world.clock.monotonic() - began);

  async function* unlessHalted(): AsyncGenerator<BatchTask> {
    for await (const task of readTasks(source, plan)) {
      if (halted) return;
      yield task;
    }
  }

  async function make(task: BatchTask): Promise<void> {
    if (halted) return;
    const step = await lockedStep(task);
    if (isSettled(task, step) || (!step && (await skipExisting(context, task.request, task.target)))) return;
    let report = await makeRow(task, step).catch((error) => unbegunReport(task, error));
    if (step?.do === 'fetch' && report && isGone(report)) {
      const anew: Step = { do: 'buy', target: { ...step.target, output: task.target.output } };
      if (!flags.refetchMissing) reporter.warn(goneText(task, step));
      else report = await makeRow(task, anew).catch((error) => unbegunReport(task, error));
    }
    if (report === undefined) {
      count.elsewhere += 1;
      return;
    }
    if (task.output && !report.error) await locked?.saved({ ...task, output: task.output }, report);
    note(report);
    await reporter.task(report, data);
  }

  async function lockedStep(task: BatchTask): Promise<Step | undefined> {
    if (!locked || !task.output) return undefined;
    if (flags.new) return { do: 'buy', target: { ...task.target, existing: 'overwrite' } };
    return await locked.step({ ...task, output: task.output }, past.unfinished.has(task.key));
  }

  /** Throws where the task cannot be begun: then no other can be either. */
  async function makeRow(task: BatchTask, step: Step | undefined): Promise<TaskReport | undefined> {
    if (!(await claim.isHeld())) throw lostClaim();
    if (step?.do === 'fetch' && step.line.server !== server.base)
      return otherServerReport(task, step, server);
    const begun = step?.do === 'fetch' ? await openBought(work, step, server) : await begin(task, step);
    if (!begun) return undefined;
    const deadline = startDeadline(engine, plan.wishes.timeoutMs);
    const report = await makeAndReport(context, { ...work, deadline }, begun);
    deadline.cancel();
    work.fates.delete(begun.entry.key);
    return report;
  }

  function unbegunReport(task: BatchTask, error: unknown): TaskReport {
    const report = rowFailure(task, error);
    halted ??= report;
    return report;
  }

  /** Tells whether there is nothing to do for the task in this run. */
  function isSettled({ key }: BatchTask, step: Step | undefined): boolean {
    if (step?.do === 'leave') {
      count.leftAlone += 1;
      reporter.warn(step.why);
    } else if (past.elsewhere.has(key)) count.elsewhere += 1;
    else if (flags.new) return false;
    else if (step ? step.do === 'nothing' : past.done.has(key)) count.before += 1;
    else if (step?.do === 'fetch') return false;
    else if ((past.failed.has(key) || isUnanswered(key)) && !flags.retryFailed) count.failedBefore += 1;
    else return false;
    reporter.progress.settled();
    return true;
  }

  /** The service may have forgotten the key of a request that never got an answer: it is not sent again unasked. */
  function isUnanswered(key: string): boolean {
    const left = past.unfinished.get(key);
    if (!left || !isForgotten(engine, left.entry)) return false;
    const date = new Date(left.entry.intended.at).toISOString();
    reporter.warn(
      `row ${left.entry.intended.row?.row}: a request of ${date} never got an answer and may be paid for`,
    );
    return true;
  }

  async function begin(
    { row, id, key, request, ...task }: BatchTask,
    step: Step | undefined,
  ): Promise<Begun | undefined> {
    const target = step?.do === 'buy' ? step.target : task.target;
    const unfinished = flags.new ? undefined : past.unfinished.get(key);
    const lost = flags.new || step ? undefined : past.lost.get(key);
    if (!unfinished && !lost) {
      const known = past.generations.get(key) ?? 0;
      const isAgain =
        flags.new || past.failed.has(key) || (step && (past.done.has(key) || past.lost.has(key)));
      const generation = isAgain ? known + 1 : known;
      const own = {
        batch: source.name,
        row,
        key,
        ...(id !== undefined && { id }),
        ...(generation > 0 && { generation }),
      };
      const [begun] = await intend(work, [{ request, server, target, row: own }]);
      return begun;
    }
    const begun = unfinished
      ? await adopt(engine, unfinished.run, unfinished.entry.key, claims)
      : lost && (await reopen(engine, lost));
    if (begun) work.fates.set(begun.entry.key, begun.fate);
    if (begun && step) await retarget(work, begun, target);
    return begun;
  }

  function note(report: TaskReport): void {
    count.cents += paidCents(report.cost, report.error !== null);
    if (!report.error) {
      count.made += 1;
      return;
    }
    count.failed += 1;
    count.codes.add(exitCodes[report.error.code as ErrorCode] ?? exitCodes.internal);
    if (stopsAll.has(report.error.code)) halted ??= report;
  }
}
