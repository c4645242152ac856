import { type ModelReport, readModels } from '../../command-line/account.ts';
import type { Context } from '../../context.ts';
import { amountText } from '../../task/money.ts';

/** Lists the models with their ratios and current prices. A missing price is a warning, not a failure. */
export async function listModels(context: Context, inSandbox = false): Promise<number> {
  const reports = await readModels(context, inSandbox);
  const nameWidth = widest(reports.map(({ model }) => model));
  const priceWidth = widest(reports.map(priceText));
  for (const report of reports) {
    const cells = [report.model.padEnd(nameWidth), priceText(report).padEnd(priceWidth)];
    await context.reporter.data(report, [...cells, report.ratios.join(' ')].join('  '));
  }
  const reason = reports.find(({ error }) => error !== null)?.error;
  if (reason) context.reporter.warn(`the service gives no live prices now: ${reason.message}`);
  return 0;
}

function priceText({ price }: ModelReport): string {
  if (!price) return 'price unknown';
  return `${amountText(price.unit_price_cents, price.currency)} a ${price.billing_unit}`;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
