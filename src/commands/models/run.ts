import type { Price } from '../../api/prices.ts';
import type { Context } from '../../context.ts';
import type { Server } from '../../journal/event.ts';
import { type ErrorReport, errorReport } from '../../report/task-report.ts';
import { type Model, modelAliases, models, ratiosOf } from '../../request/models.ts';
import { amountText } from '../../task/money.ts';

/** A model in the --json output. */
export interface ModelReport {
  model: Model;
  aliases: string[];
  ratios: readonly string[];
  /** Null where the service does not tell; `error` then says why. */
  price: Price | null;
  error: ErrorReport | null;
}

const patienceMs = 10_000;

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

/** The models with their live prices. Throws `validation` for a wrong address, and nothing else. */
export async function readModels(context: Context, inSandbox = false): Promise<ModelReport[]> {
  const server = await context.server(inSandbox);
  return await Promise.all(
    models.map(async (model) => ({
      model,
      aliases: Object.keys(modelAliases).filter((alias) => modelAliases[alias] === model),
      ratios: ratiosOf(model),
      ...(await livePrice(context, server, model)),
    })),
  );
}

/** Prices are public: the key is not sent. */
async function livePrice(
  context: Context,
  server: Server,
  model: Model,
): Promise<Pick<ModelReport, 'price' | 'error'>> {
  try {
    const { askPrice } = await import('../../api/prices.ts');
    const { caller, base } = await context.api(server, 'optional');
    const { signal } = context.world.deadline(patienceMs);
    const price = await askPrice({ ...caller, apiKey: undefined }, base, model, context.memory, signal);
    return { price, error: null };
  } catch (error) {
    return { price: null, error: errorReport(error) };
  }
}

function priceText({ price }: ModelReport): string {
  if (!price) return 'price unknown';
  return `${amountText(price.unit_price_cents, price.currency)} a ${price.billing_unit}`;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
