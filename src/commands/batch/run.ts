import pMap from 'p-map';
import type { Context } from '../../context.ts';
import { type ErrorCode, exitCodes, Failure } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import type { Server } from '../../journal/event.ts';
import { intend } from '../../paid-task/intend.ts';
import { makePicture } from '../../paid-task/make-picture.ts';
import { adopt, reopen } from '../../paid-task/reopen.ts';
import { skipExisting } from '../../paid-task/skip-existing.ts';
import { stopGracefully } from '../../paid-task/stop.ts';
import { untilSure } from '../../paid-task/until-sure.ts';
import { type Begun, createWork, type Work } from '../../paid-task/work.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { prepareTarget } from '../../request/target.ts';
import { paidCents } from '../../task/cost.ts';
import { checkRows } from './check-rows.ts';
import { type Past, readPast } from './past.ts';
import { type BatchFlags, type BatchPlan, type BatchTask, readBatchPlan, readTasks } from './plan.ts';
import { inShard } from './row-key.ts';
import { type BatchSource, openBatch } from './source.ts';
import { type BatchCount, sayBatchEnd } from './summary.ts';

/** A rate limit is the whole batch's: a task of it is tried until its own time is up. */
const rateLimitTries = 1000;
/** What no other row can escape either. */
const stopsAll: ReadonlySet<string> = new Set<ErrorCode>([
  'authentication',
  'insufficient_credits',
  'over_budget',
]);
/** By then a run elsewhere has given a sign of life, or is dead. */
const surelyMs = 60_000;

/** Makes the pictures of a batch file, or those that earlier runs left. Answers the exit code. */
export async function batch(context: Context, file: string, flags: BatchFlags): Promise<number> {
  const plan = readBatchPlan(context, flags);
  const server = await context.server(flags.sandbox === true);
  await context.api(server); // a missing key is told before anything else happens
  const source = await openBatch(context, file, plan);
  try {
    const total = await checkRows(context, source, plan, flags);
    if (plan.wishes.wait && plan.wishes.download) await prepareTarget(context, plan.target);
    const work = createWork(context, plan.wishes);
    stopGracefully(work);
    const past = flags.new ? undefined : await knownPast(context, source, plan);
    if (past && past.elsewhere.size > 0) await refuseBusy(readTasks(source, plan), past);
    return await makeAll({ work, source, flags, plan, server, past, total });
  } finally {
    await source.remove();
  }
}

/** What earlier runs made; those that another machine may still be at are known for sure first. */
async function knownPast(
  context: Context,
  { name }: BatchSource,
  { wishes, shard }: BatchPlan,
): Promise<Past> {
  const deadline = context.world.deadline(Math.max(wishes.timeoutMs, surelyMs));
  await untilSure(context, isMine, deadline, '');
  deadline.cancel();
  return await readPast(context, name);

  function isMine({ intended: { row } }: Entry): boolean {
    return row?.batch === name && inShard(row.key, shard);
  }
}

/** A process that lives goes through the same rows, and will begin those that it has not begun: both would buy them. */
async function refuseBusy(tasks: AsyncIterable<BatchTask>, { elsewhere }: Past): Promise<void> {
  for await (const { row, key } of tasks) {
    if (!elsewhere.has(key)) continue;
    throw new Failure('conflict', `another process is at work on this batch (row ${row})`, {
      hint: 'Leave it to that one, or end it first; nothing was bought',
    });
  }
}

interface Batch {
  work: Work;
  source: BatchSource;
  flags: BatchFlags;
  plan: BatchPlan;
  server: Server;
  past: Past | undefined;
  total: number;
}

async function makeAll({ work: usual, source, flags, plan, server, past, total }: Batch): Promise<number> {
  const work: Work = { ...usual, rateLimitTries };
  const { context } = work;
  const { world, reporter } = context;
  const began = world.clock.monotonic();
  const count: BatchCount = {
    total,
    made: 0,
    failed: 0,
    before: 0,
    failedBefore: 0,
    elsewhere: 0,
    cents: 0,
    codes: new Set(),
  };
  const owned = new Map();
  let halted: TaskReport | undefined;
  reporter.progress.expect(total);

  await pMap(unlessHalted(), (task) => make(task), { concurrency: plan.concurrency });
  return sayBatchEnd(context, count, halted, world.clock.monotonic() - began);

  async function* unlessHalted(): AsyncGenerator<BatchTask> {
    for await (const task of readTasks(source, plan)) {
      if (halted) return;
      yield task;
    }
  }

  async function make(task: BatchTask): Promise<void> {
    if (halted || isSettled(task) || (await skipExisting(context, task.request, task.target))) return;
    const begun = await begin(task);
    if (!begun) {
      count.elsewhere += 1;
      return;
    }
    const deadline = world.deadline(plan.wishes.timeoutMs);
    const report = await makePicture({ ...work, deadline }, begun);
    deadline.cancel();
    work.fates.delete(begun.entry.key);
    note(report);
    await reporter.task(report, work.wanted);
  }

  /** Whether there is nothing to do for the task in this run. */
  function isSettled({ key }: BatchTask): boolean {
    if (past?.done.has(key)) count.before += 1;
    else if (past?.failed.has(key) && !flags.retryFailed) count.failedBefore += 1;
    else return false;
    reporter.progress.settled();
    return true;
  }

  async function begin({ row, id, key, request, target }: BatchTask): Promise<Begun | undefined> {
    const unfinished = past?.unfinished.get(key);
    const lost = past?.lost.get(key);
    if (!unfinished && !lost) {
      const own = { batch: source.name, row, key, ...(id !== undefined && { id }) };
      const [begun] = await intend(work, [{ request, server, target, row: own }]);
      return begun;
    }
    const begun = unfinished
      ? await adopt(context, unfinished.run, unfinished.entry.key, owned)
      : lost && (await reopen(context, lost));
    if (begun) work.fates.set(begun.entry.key, begun.fate);
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
