import { priceLines, tryPrices } from '../../command-line/spending.ts';
import { Failure } from '../../errors.ts';
import type { Server } from '../../journal/event.ts';
import type { PricedLot } from '../../paid-task/budget.ts';
import { accountAt } from '../../paid-task/engine.ts';
import { type Checked, flawsFailure, survey, warnOfFlaws } from './check.ts';
import { readPast } from './past.ts';
import type { Batch } from './plan.ts';
import { readTasks } from './tasks.ts';

/** Tells what a batch would buy and what that would cost now. Sends nothing else. Returns the exit code. */
export async function dryRun(batch: Batch, checked: Checked, server: Server): Promise<number> {
  const { context, source, flags, plan } = batch;
  const { reporter } = context;
  const account = await accountAt(context.engine, server).catch(keyless);
  const placed = { ...batch, place: { batch: source.name, server, account } };
  const past = await readPast(placed);
  past.unreadable.forEach(reporter.warn);
  const { before, lots: priced } = await survey(placed, past, readTasks(batch));
  const lots = [...priced.values()];
  const { prices, error, end } = await tryPrices(context, server, lots);
  const report = {
    rows: checked.left.size,
    pictures: checked.total,
    ...before,
    to_buy: lots.reduce((sum, lot) => sum + lot.count, 0),
    prices: prices?.map(priceReport) ?? null,
    problems: checked.flaws,
    invalid_rows: checked.flawed,
    error,
  };
  const facts = [
    `${counted(report.pictures, 'picture')} in ${counted(report.rows, 'row')}`,
    report.made > 0 && `${report.made} made already`,
    report.failed > 0 && `${report.failed} failed before (--retry-failed makes them)`,
    report.elsewhere > 0 && `${report.elsewhere} in another process`,
    report.to_take_up > 0 && `${report.to_take_up} to take up, already paid`,
    checked.flawed > 0 && `${counted(checked.flawed, 'row')} with problems`,
    `${report.to_buy} to buy`,
    ...priceLines(prices ?? lots),
  ];
  await reporter.data(report, facts.filter(Boolean).join('\n'));
  const isRefused = checked.flawed > 0 && !flags.skipInvalid;
  if (!isRefused) warnOfFlaws(batch, checked);
  end(isRefused ? {} : plan.wishes);
  if (isRefused) throw flawsFailure(checked, source.shown);
  return 0;
}

function priceReport({ request: { model, aspectRatio }, count, quote }: PricedLot): object {
  const { currency, reserved_cents: each_cents } = quote;
  return { model, aspect_ratio: aspectRatio ?? null, pictures: count, currency, each_cents };
}

function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? what : `${what}s`}`;
}

/** Without a key nothing is known of earlier runs: they belong to an account. */
function keyless(error: unknown): undefined {
  if (!(error instanceof Failure) || error.code !== 'authentication') throw error;
  return undefined;
}
