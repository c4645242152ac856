import { type ModelReport, readModels } from '../../command-line/account.ts';
import type { Context } from '../../context.ts';
import { amountText } from '../../task/money.ts';
import { table } from '../../terminal/columns.ts';

/** Lists the models that the filter means. A missing price is a warning, not a failure. */
export async function listModels(context: Context, filter: string): Promise<number> {
  const { reporter, world } = context;
  const reports = await readModels(context, filter);
  const lines = table(reports.map(cellsOf), world.stdout.columns());
  for (const [at, report] of reports.entries()) await reporter.data(report, lines[at] ?? '');
  const reason = reports.find(({ error }) => error !== null)?.error;
  if (reason) reporter.warn(`the service gives no list of models now: ${reason.message}`);
  if (reports.length === 0) reporter.note(`No model is named like ${JSON.stringify(filter)}`);
  return 0;
}

function cellsOf({ model, service, status, price, actions, ratios, error }: ModelReport): string[] {
  const cost = price ? amountText(price.unit_price_cents, price.currency) : error ? 'price unknown' : 'varies';
  const takes = [...new Set(actions.map((action) => (action === 'text_to_image' ? 'text' : 'pictures')))];
  return [model, service ?? '', cost, status ?? '', [takes.join(', '), ...ratios].join(' ').trim()];
}
