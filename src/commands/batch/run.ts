import { prepareTarget } from '../../command-line/prepare-target.ts';
import { confirmation } from '../../command-line/spending.ts';
import { startWork, whatGoesOn } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import type { TaskEntry } from '../../journal/entry.ts';
import type { Server } from '../../journal/event.ts';
import { accountAt } from '../../paid-task/engine.ts';
import { approve } from '../../paid-task/quotes.ts';
import { claimRows } from '../../paid-task/rows.ts';
import { refuseUnreadable } from '../../paid-task/take-up.ts';
import { shellWord } from '../../report/shell-command.ts';
import { type Checked, checkRows, flawsFailure, survey, warnOfFlaws } from './check.ts';
import { openLocked } from './locked.ts';
import { makeAll } from './make.ts';
import { readPast } from './past.ts';
import { type Batch, type BatchFlags, pinnedPlan, readBatchPlan } from './plan.ts';
import { openSource } from './source.ts';
import { readTasks } from './tasks.ts';

/** Makes the pictures of a batch file, or those that earlier runs left. Returns the exit code. */
export async function batch(context: Context, file: string, flags: BatchFlags): Promise<number> {
  const typed = readBatchPlan(context, flags);
  const server = await context.server(flags.sandbox === true);
  if (!flags.dryRun) await context.api(server); // a missing key is told before anything else happens
  const source = await openSource(context, file, typed.prompt);
  try {
    const opened: Batch = { context, source, flags, plan: pinnedPlan(context, source, typed, flags) };
    const checked = await checkRows(opened);
    if (!flags.dryRun) return await make(opened, checked, server);
    const { dryRun } = await import('./dry-run.ts');
    return await dryRun(opened, checked, server);
  } finally {
    await source.remove();
  }
}

async function make(opened: Batch, checked: Checked, server: Server): Promise<number> {
  const { context, source, flags, plan } = opened;
  const { engine, reporter } = context;
  if (checked.flawed > 0 && !flags.skipInvalid) throw flawsFailure(checked, source.shown);
  warnOfFlaws(opened, checked);
  if (plan.wishes.wait && plan.wishes.download) await prepareTarget(context, plan.target);
  const rows = checked.left.size;
  const work = startWork(context, plan.wishes, {
    confirm: confirmation(context, flags.yes),
    lastLine: (tasks) => lastLine(context, tasks, { left: checked.left.size, rows }),
  });
  const { signal } = work.deadline;
  const place = { batch: source.name, server, account: await accountAt(engine, server) };
  if (!(await claimRows(engine, place, plan.shard, signal)))
    throw new Failure('conflict', 'another process is at work on this batch', {
      hint: 'Nothing was bought. Leave it to that process, or stop it first',
      retryable: true,
    });
  const placed = { ...opened, place };
  const past = await readPast(placed, signal);
  if (flags.new) past.unreadable.forEach(reporter.warn);
  else refuseUnreadable(past.unreadable);
  const tasks = () => (flags.lock ? eachOf(checked.tasks) : readTasks(opened));
  const locked = flags.lock ? await openLocked(placed, past) : undefined;
  const { lots } = await survey(placed, past, locked?.toBuy(tasks()) ?? tasks());
  await approve(work, server, lots);
  return await makeAll({ ...placed, work, checked, past, tasks, locked });
}

async function* eachOf<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

/** The same command does all that is left; with --new, or without a record, it would buy again what was made. */
function lastLine(
  { flags, world, command }: Context,
  tasks: readonly TaskEntry[],
  { left, rows }: { left: number; rows: number },
): string | undefined {
  if (flags.record === false || left === 0) return undefined;
  const typed = world.argv.filter((word) => word !== '--new');
  const words = typed.map((word) => shellWord(word, world.platform));
  const again = words.includes(undefined) ? 'the same command' : command(words.join(' '));
  const goingOn = tasks.length > 0 ? `${whatGoesOn(tasks)}; ` : '';
  return `Stopped: ${goingOn}${left} of ${rows} rows are left. Continue with: ${again}`;
}
