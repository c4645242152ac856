import { prepareTarget } from '../../command-line/prepare-target.ts';
import { confirmation, priceLines, tryPrices } from '../../command-line/spending.ts';
import { startWork, whatGoesOn } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { Failure, problemsIn, tellAll } from '../../errors.ts';
import type { TaskEntry } from '../../journal/entry.ts';
import type { Server } from '../../journal/event.ts';
import type { PricedLot } from '../../paid-task/budget.ts';
import { accountAt, accountIfKnown } from '../../paid-task/engine.ts';
import { findExisting } from '../../paid-task/existing.ts';
import { routeFor } from '../../paid-task/models.ts';
import { addToLots, approve, type Lots } from '../../paid-task/quotes.ts';
import { claimRows } from '../../paid-task/rows.ts';
import { refuseUnreadable } from '../../paid-task/take-up.ts';
import { shellWord } from '../../report/shell-command.ts';
import { type Checked, checkRows, refuseFlaws } from './check.ts';
import { openLocked } from './locked.ts';
import { makeAll } from './make.ts';
import { type Past, type PlacedBatch, readPast, standingOf } from './past.ts';
import { type Batch, type BatchFlags, pinnedPlan, readBatchPlan } from './plan.ts';
import { openSource } from './source.ts';
import { readTasks, type Tasks } from './tasks.ts';

/** Makes the pictures of a batch file, or those that earlier runs left. Returns the exit code. */
export async function batch(context: Context, file: string, flags: BatchFlags): Promise<number> {
  const typed = readBatchPlan(context, flags);
  const server = flags.check || flags.mergeLocks ? undefined : await context.server(flags.sandbox === true);
  if (server && !flags.dryRun) await context.api(server); // a missing key is told before anything else happens
  const source = await openSource(context, file, typed.prompt);
  try {
    const opened: Batch = { context, source, flags, plan: pinnedPlan(context, source, typed, flags) };
    if (server) return await (flags.dryRun ? dryRun : make)(opened, await checkRows(opened), server);
    const { checkLock, mergeLocks } = await import('./check-lock.ts');
    return await (flags.mergeLocks ? mergeLocks : checkLock)(opened);
  } finally {
    await source.remove();
  }
}

async function make(opened: Batch, checked: Checked, server: Server): Promise<number> {
  const { context, source, flags, plan } = opened;
  refuseFlaws(opened, checked);
  if (plan.wishes.wait && plan.wishes.download) await prepareTarget(context, plan.target);
  const rows = checked.left.size;
  const work = startWork(context, plan.wishes, {
    confirm: confirmation(context, flags.yes),
    lastLine: (tasks) => lastLine(context, tasks, checked.left.size, rows),
  });
  const { signal } = work.deadline;
  const place = { batch: source.name, server, account: await accountAt(context.engine, server) };
  if (!(await claimRows(context.engine, place, plan.shard, signal)))
    throw new Failure('conflict', 'another process is at work on this batch', {
      hint: 'Nothing was bought. Leave it to that process, or stop it first',
      retryable: true,
    });
  const placed = { ...opened, place };
  const past = await readPast(placed, signal);
  if (flags.new) past.unreadable.forEach(context.reporter.warn);
  else refuseUnreadable(past.unreadable);
  const locked = flags.lock ? await openLocked(placed, past, checked.tasks) : undefined;
  const { lots } = await survey(placed, past, locked?.toBuy ?? readTasks(opened));
  await approve(work, server, lots);
  const tasks = flags.lock ? checked.tasks : readTasks(opened);
  return await makeAll({ ...placed, work, checked, past, tasks, locked });
}

/** The same command does all that is left; with --new, or without a record, it would buy again what was made. */
function lastLine(context: Context, tasks: readonly TaskEntry[], left: number, rows: number): string | undefined {
  const { flags, world, command } = context;
  if (flags.record === false || left === 0) return undefined;
  const words = world.argv.filter((word) => word !== '--new').map((word) => shellWord(word, world.platform));
  const again = words.includes(undefined) ? 'the same command' : command(words.join(' '));
  const goingOn = tasks.length > 0 ? `${whatGoesOn(tasks)}; ` : '';
  return `Stopped: ${goingOn}${left} of ${rows} rows are left. Continue with: ${again}`;
}

/** Tells what a batch would buy and what that would cost now. Sends nothing else. */
async function dryRun(opened: Batch, checked: Checked, server: Server): Promise<number> {
  const { context, source, flags, plan } = opened;
  const { reporter } = context;
  const account = await accountIfKnown(context.engine, server);
  const placed = { ...opened, place: { batch: source.name, server, account } };
  const past = await readPast(placed);
  past.unreadable.forEach(reporter.warn);
  const { before, lots: priced } = await survey(placed, past, readTasks(opened));
  const lots = [...priced.values()];
  const { prices, error, end } = await tryPrices(context, server, lots);
  const { total: pictures, left, flaws: problems, flawed: invalid_rows } = checked;
  const to_buy = lots.reduce((sum, lot) => sum + lot.count, 0);
  const facts = [
    `${counted(pictures, 'picture')} in ${counted(left.size, 'row')}`,
    before.made > 0 && `${before.made} made already`,
    before.failed > 0 && `${before.failed} failed before (--retry-failed makes them)`,
    before.elsewhere > 0 && `${before.elsewhere} in another process`,
    before.to_take_up > 0 && `${before.to_take_up} to take up, already paid`,
    invalid_rows > 0 && `${counted(invalid_rows, 'row')} with problems`,
    `${to_buy} to buy`,
    ...priceLines(prices ?? lots),
  ];
  const report = { rows: left.size, pictures, ...before, to_buy, prices: prices?.map(priceReport) ?? null };
  await reporter.data({ ...report, problems, invalid_rows, error }, facts.filter(Boolean).join('\n'));
  const isRefused = invalid_rows > 0 && !flags.skipInvalid;
  if (isRefused) end({});
  refuseFlaws(opened, checked);
  end(plan.wishes);
  return 0;
}

function priceReport({ request: { model, aspectRatio }, count, quote }: PricedLot): object {
  const { currency, reserved_cents: each_cents } = quote;
  return { model, aspect_ratio: aspectRatio ?? null, pictures: count, currency, each_cents };
}

function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? what : `${what}s`}`;
}

/**
 * Returns what a run would buy, by its price, and counts what it would not. Throws `validation` for a model that the
 * service does not sell, unless invalid rows are skipped. Imagen's ask nobody.
 */
async function survey({ context: { engine }, flags, place }: PlacedBatch, past: Past, tasks: Tasks) {
  const lots: Lots = new Map();
  const before = { made: 0, failed: 0, elsewhere: 0, to_take_up: 0 };
  for await (const { key, request, target } of tasks) {
    const standing = standingOf(past.tasks.get(key), flags, engine);
    if (standing === 'made' || standing === 'failed' || standing === 'elsewhere') before[standing] += 1;
    else if (standing === 'accepted') before.to_take_up += 1;
    else if (!(await findExisting({ request, target }, engine.clock.now()))) addToLots(lots, request);
  }
  const problems: string[] = [];
  for (const { request } of flags.skipInvalid ? [] : lots.values())
    await routeFor(engine, place.server, request).catch((error) => problems.push(...problemsIn(error)));
  if (problems.length > 0)
    throw tellAll([...new Set(problems)], { wayOut: '. Correct the rows, or let them fail alone with --skip-invalid' });
  return { lots, before };
}
