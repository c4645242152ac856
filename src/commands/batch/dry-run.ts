import { priceLines, totalText } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import type { Server } from '../../journal/event.ts';
import { accountAt } from '../../paid-task/account.ts';
import { createBudget, type PricedLot, unknownPrice } from '../../paid-task/budget.ts';
import { quoteAll } from '../../paid-task/quotes.ts';
import { errorReport } from '../../report/task-report.ts';
import { type Checked, flawsFailure, lotsToBuy, warnOfFlaws } from './check.ts';
import { readPast, standingOf } from './past.ts';
import { type BatchFlags, type BatchPlan, readTasks } from './plan.ts';
import { inShard } from './row-key.ts';
import type { BatchSource } from './source.ts';

/** Long enough for a slow line, short enough for somebody who waits for an answer and nothing else. */
const patienceMs = 20_000;

interface Trial {
  source: BatchSource;
  server: Server;
  flags: BatchFlags;
  plan: BatchPlan;
  checked: Checked;
}

/** Tells what a batch would buy and what that would cost now. Sends nothing else. Returns the exit code. */
export async function dryRun(context: Context, trial: Trial): Promise<number> {
  const { source, server, flags, plan, checked } = trial;
  const { reporter, world, engine } = context;
  const api = await context.api(server, 'optional');
  const account = await accountAt(engine, server).catch(keyless);
  const isMine = (key: string): boolean => inShard(key, plan.shard);
  const past = await readPast(context, { batch: source.name, server, account, isMine });
  const tasks = () => readTasks(source, plan);
  const count = { made: 0, failed: 0, elsewhere: 0 };
  for await (const { key } of tasks()) {
    const standing = standingOf(past, key, flags, context);
    if (standing === 'made' || standing === 'failed' || standing === 'elsewhere') count[standing] += 1;
  }
  const lots = [...(await lotsToBuy(context, tasks(), past, flags)).values()];
  const patience = { clock: world.clock, deadline: world.deadline(patienceMs), onRetry: reporter.retrying };
  const priced = await quoteAll(engine, api, { server, lots }, patience).catch((error: unknown) => error);
  const prices = Array.isArray(priced) ? (priced as PricedLot[]) : undefined;
  const toBuy = lots.reduce((sum, lot) => sum + lot.count, 0);
  const facts = [
    `${counted(checked.total, 'picture')} in ${counted(checked.left.size, 'row')}`,
    count.made > 0 && `${count.made} made already`,
    count.failed > 0 && `${count.failed} failed before (--retry-failed makes them)`,
    count.elsewhere > 0 && `${count.elsewhere} in another process`,
    checked.flawed > 0 && `${counted(checked.flawed, 'row')} with problems`,
    `${toBuy} to buy`,
  ];
  const report = {
    rows: checked.left.size,
    pictures: checked.total,
    ...count,
    to_buy: toBuy,
    prices: prices?.map(({ request: { model, aspectRatio }, count: pictures, quote }) => {
      const { currency, reserved_cents: each_cents } = quote;
      return { model, aspect_ratio: aspectRatio ?? null, pictures, currency, each_cents };
    }),
    problems: checked.flaws,
    invalid_rows: checked.flawed,
    error: prices ? null : errorReport(priced),
  };
  await reporter.data(report, [...facts.filter(Boolean), ...priceLines(prices ?? [])].join('\n'));
  if (!prices) reporter.warn(`no price is known now: ${errorReport(priced).message}`);
  reporter.note(`Nothing was submitted${prices && toBuy > 0 ? `: ${totalText(prices)}` : ''}`);
  if (checked.flawed > 0 && !flags.skipInvalid) throw flawsFailure(checked, source.shown);
  warnOfFlaws(context, checked);
  if (plan.wishes.maxCost === undefined) return 0;
  if (!prices) throw unknownPrice(priced);
  createBudget(plan.wishes).check(prices);
  return 0;
}

function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? what : `${what}s`}`;
}

/** Without a key nothing is known of earlier runs: they belong to an account. */
function keyless(error: unknown): undefined {
  if (!(error instanceof Failure) || error.code !== 'authentication') throw error;
  return undefined;
}
