import type { Balance } from '../api/balance.ts';
import type { Price } from '../api/prices.ts';
import { tryAgain } from '../api/try-again.ts';
import type { Context } from '../context.ts';
import type { Server } from '../journal/event.ts';
import { type ErrorReport, errorReport } from '../report/task-report.ts';
import { type Model, modelAliases, models, ratiosOf } from '../request/models.ts';

/** A model in the --json output. */
export interface ModelReport {
  model: Model;
  aliases: string[];
  ratios: readonly string[];
  /** Null where the service does not tell; `error` then says why. */
  price: Price | null;
  error: ErrorReport | null;
}

const pricePatienceMs = 10_000;
const balancePatienceMs = 30_000;

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
    const { askPrice } = await import('../api/prices.ts');
    const { caller, base } = await context.api(server, 'optional');
    const { signal } = context.world.deadline(pricePatienceMs);
    const price = await askPrice({ ...caller, apiKey: undefined }, base, model, context.memory, signal);
    return { price, error: null };
  } catch (error) {
    return { price: null, error: errorReport(error) };
  }
}

/** Reads the balance of the key's account. Throws `authentication` without a key, the service's refusal, or a network fault. */
export async function readBalance(context: Context, inSandbox = false): Promise<Balance> {
  const { askBalance } = await import('../api/balance.ts');
  const { caller, base } = await context.api(await context.server(inSandbox));
  const { clock } = context.world;
  const deadline = context.world.deadline(balancePatienceMs);
  const onRetry = context.reporter.retrying;
  return await tryAgain(() => askBalance(caller, base, deadline.signal), { clock, deadline, onRetry });
}
