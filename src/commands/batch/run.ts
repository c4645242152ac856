import { prepareTarget } from '../../command-line/prepare-target.ts';
import { confirmation } from '../../command-line/spending.ts';
import { startWork, whatGoesOn } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import type { TaskEntry } from '../../journal/entry.ts';
import { accountAt } from '../../paid-task/engine.ts';
import { approve } from '../../paid-task/quotes.ts';
import { inShard, type Shard } from '../../paid-task/row-key.ts';
import { refuseUnreadable } from '../../paid-task/take-up.ts';
import { shellWord } from '../../report/shell-command.ts';
import { checkRows, flawsFailure, refuseUnsold, survey, warnOfFlaws } from './check.ts';
import { openLocked } from './locked.ts';
import { makeAll } from './make.ts';
import { readPast, type Wanted } from './past.ts';
import { type BatchFlags, pinnedPlan, readBatchPlan } from './plan.ts';
import { openBatch } from './source.ts';
import { readTasks } from './tasks.ts';

/** Makes the pictures of a batch file, or those that earlier runs left. Returns the exit code. */
export async function batch(
  context: Context,
  file: string,
  flags: BatchFlags & { dryRun?: boolean; yes?: boolean },
): Promise<number> {
  const typed = readBatchPlan(context, flags);
  const server = await context.server(flags.sandbox === true);
  if (!flags.dryRun) await context.api(server); // a missing key is told before anything else happens
  const source = await openBatch(context, file, typed.prompt);
  try {
    const plan = pinnedPlan(context, source, typed, flags);
    const checked = await checkRows(context, source, flags, plan);
    if (flags.dryRun) {
      const { dryRun } = await import('./dry-run.ts');
      return await dryRun(context, source, { server, flags, plan, checked });
    }
    if (checked.flawed > 0 && !flags.skipInvalid) throw flawsFailure(checked, source.shown);
    warnOfFlaws(context, checked);
    if (plan.wishes.wait && plan.wishes.download) await prepareTarget(context, plan.target);
    const { left } = checked;
    const rows = left.size;
    const work = startWork(context, plan.wishes, {
      confirm: confirmation(context, flags.yes),
      lastLine: (tasks) => lastLine(context, tasks, { left: left.size, rows }),
    });
    const { signal } = work.deadline;
    const account = await accountAt(context.engine, server);
    const wanted = { batch: source.name, server, account };
    await claimRows(context, wanted, plan.shard, signal);
    const isMine = (key: string): boolean => inShard(key, plan.shard);
    const past = await readPast(context, { ...wanted, isMine }, signal);
    if (flags.new) past.unreadable.forEach(context.reporter.warn);
    else refuseUnreadable(past.unreadable);
    const tasks = () => (flags.lock ? eachOf(checked.tasks) : readTasks(source, plan));
    const locked = flags.lock ? await openLocked(context, { ...wanted, source, plan }, past, flags) : undefined;
    const { lots } = await survey(context, locked?.toBuy(tasks()) ?? tasks(), past, flags);
    if (!flags.skipInvalid) await refuseUnsold(context, server, lots);
    await approve(work, server, lots);
    return await makeAll({ ...wanted, context, work, flags, plan, past, tasks, locked, checked });
  } finally {
    await source.remove();
  }
}

async function* eachOf<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

/** Excludes every other process from these rows. Throws `conflict` where one is at work on them. */
async function claimRows(
  { journal }: Context,
  { batch, server, account }: Omit<Wanted, 'isMine'>,
  shard: Shard | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { keyOf } = await journal.identity();
  if (await journal.claim(keyOf(['batch', server.base, account ?? null, batch]), shard, signal)) return;
  throw new Failure('conflict', 'another process is at work on this batch', {
    hint: 'Nothing was bought. Leave it to that process, or stop it first',
    retryable: true,
  });
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
