import { prepareTarget } from '../../command-line/prepare-target.ts';
import { confirmation } from '../../command-line/spending.ts';
import { startWork, whatGoesOn } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import type { Claim } from '../../journal/claims.ts';
import type { TaskEntry } from '../../journal/entry.ts';
import type { Server } from '../../journal/event.ts';
import { accountAt } from '../../paid-task/engine.ts';
import { approve } from '../../paid-task/quotes.ts';
import { inShard } from '../../paid-task/row-key.ts';
import { shellWord } from '../../report/shell-command.ts';
import { checkRows, flawsFailure, lotsToBuy, rowsToGo, warnOfFlaws } from './check.ts';
import { openLocked } from './locked.ts';
import { makeAll } from './make.ts';
import { readPast } from './past.ts';
import { pinnedPlan } from './pinned.ts';
import { type BatchFlags, type BatchPlan, readBatchPlan, readTasks } from './plan.ts';
import { type BatchSource, openBatch } from './source.ts';

/** Makes the pictures of a batch file, or those that earlier runs left. Returns the exit code. */
export async function batch(
  context: Context,
  file: string,
  flags: BatchFlags & { dryRun?: boolean; yes?: boolean },
): Promise<number> {
  const typed = readBatchPlan(context, flags);
  const server = await context.server(flags.sandbox === true);
  if (!flags.dryRun) await context.api(server); // a missing key is told before anything else happens
  const source = await openBatch(context, file, typed);
  try {
    const plan = pinnedPlan(context, source, typed, flags);
    const checked = await checkRows(context, source, flags, plan);
    if (flags.dryRun) {
      const { dryRun } = await import('./dry-run.ts');
      return await dryRun(context, { source, server, flags, plan, checked });
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
    const claim = await claimRows(context, { source, server, account, plan }, signal);
    const isMine = (key: string): boolean => inShard(key, plan.shard);
    const wanted = { batch: source.name, server, account };
    const past = await readPast(context, { ...wanted, isMine }, signal);
    const tasks = () => readTasks(source, plan);
    const locked = flags.lock ? await openLocked(context, { ...wanted, source, plan }, past, flags) : undefined;
    await approve(work, server, await lotsToBuy(context, locked?.unlocked(tasks()) ?? tasks(), past, flags));
    const own = { context, work, flags, plan, past, claim, tasks, locked };
    return await makeAll({ ...wanted, ...own, total: checked.total, ...rowsToGo(checked) });
  } finally {
    await source.remove();
  }
}

interface Rows {
  source: BatchSource;
  server: Server;
  account: string | undefined;
  plan: BatchPlan;
}

/** Excludes every other process from these rows. Throws `conflict` where one is at work on them. */
async function claimRows(
  { engine }: Context,
  { source, server, account, plan }: Rows,
  signal: AbortSignal,
): Promise<Claim> {
  const { keyOf } = await engine.journal.identity();
  const name = keyOf(['batch', server.base, account ?? null, source.name]);
  const claim = await engine.journal.claim(name, plan.shard, signal);
  if (claim) return claim;
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
