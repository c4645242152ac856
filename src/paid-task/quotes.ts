import pMap from 'p-map';
import type { Api } from '../api/client.ts';
import { type RetryOptions, withRetries } from '../api/retry.ts';
import { Failure } from '../errors.ts';
import type { Server } from '../journal/event.ts';
import type { ImageRequest } from '../request/request.ts';
import { type Lot, type PricedLot, unknownPrice } from './budget.ts';
import type { Engine, Job, Work } from './engine.ts';
import { routeFor } from './models.ts';

/** Names what a picture's price may depend on: neither its words nor its seed. */
export function lotName(request: ImageRequest): string {
  const { prompt: _, negativePrompt: __, seed: ___, callbackUrl: ____, ...priced } = request;
  return JSON.stringify(priced);
}

/** By what the price depends on. */
export type Lots = Map<string, Lot>;

export function addToLots(lots: Lots, request: ImageRequest): void {
  const name = lotName(request);
  const lot = lots.get(name) ?? { request, count: 0 };
  lot.count += 1;
  lots.set(name, lot);
}

/**
 * Asks what all these pictures cost together before the first is bought, and has them approved. Throws `over_budget`.
 */
export async function approve(work: Work, server: Server, lots: Lots): Promise<void> {
  const all = [...lots.values()];
  const count = all.reduce((sum, lot) => sum + lot.count, 0);
  // A single one is asked about when it is sent.
  if (count < 2) return;
  work.budget?.check(all);
  const confirm = server.sandbox ? undefined : work.confirm;
  if (work.budget?.needsPrices) {
    const priced = await livePrices(work, await work.engine.connect(server), server, all);
    work.budget.check(priced);
    await confirm?.({ count, priced });
  } else if (confirm) {
    const api = await work.engine.connect(server);
    const deadline = work.engine.deadline(briefMs);
    const options = { clock: work.engine.clock, deadline };
    const priced = await quoteAll(work.engine, api, { server, lots: all }, options).catch(() => undefined);
    deadline.cancel();
    await confirm({ count, priced });
  }
}

/** Nobody waits long for a price that only a question would name. */
const briefMs = 5_000;

/**
 * Reserves the job's picture, at what it costs now where that matters; false where there is nothing to release later.
 * Throws `over_budget`; nothing was sent then.
 */
export async function reserveBudget({ work, api, entry }: Job): Promise<boolean> {
  const { request } = entry.intended;
  if (!work.budget || !request) return false;
  if (!work.budget.needsPrices) return work.budget.reserve(entry.key, request, undefined);
  work.engine.listener.step(entry.key, { doing: 'asking the price', model: request.model });
  const [lot] = await livePrices(work, api, entry.intended.server, [{ request, count: 1 }]);
  return work.budget.reserve(entry.key, request, lot?.quote);
}

async function livePrices(
  { engine, wishes, deadline, rateLimitTries }: Work,
  api: Api,
  server: Server,
  lots: readonly Lot[],
): Promise<PricedLot[]> {
  const { clock, listener } = engine;
  try {
    const options = { clock, deadline, rateLimitTries, onRetry: listener.retrying };
    return await quoteAll(engine, api, { server, lots }, options);
  } catch (error) {
    throw error instanceof Failure && error.code !== 'timeout' ? unknownPrice(error, wishes.maxCostName) : error;
  }
}

const quotesAtOnce = 4;

/** Asks what a picture of each lot would cost now. Throws where a price is not available. */
export async function quoteAll(
  engine: Engine,
  api: Api,
  { server, lots }: { server: Server; lots: readonly Lot[] },
  options: RetryOptions,
): Promise<PricedLot[]> {
  const { askQuote } = await import('../api/prices.ts');
  const { signal } = options.deadline;
  return await pMap(
    lots,
    async (lot) => {
      const { request } = lot;
      const route = await routeFor(engine, server, request);
      const ask = () => askQuote(api.caller, { request, route }, signal);
      return { ...lot, quote: await withRetries(ask, options) };
    },
    { concurrency: quotesAtOnce },
  );
}
