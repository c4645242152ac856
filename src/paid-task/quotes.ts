import pMap from 'p-map';
import type { Api } from '../api/client.ts';
import type { Quote } from '../api/quote.ts';
import { type Patience, tryAgain } from '../api/try-again.ts';
import { Failure } from '../errors.ts';
import type { Server } from '../journal/event.ts';
import type { ImageRequest } from '../request/request.ts';
import { unknownPrice } from './budget.ts';
import type { Engine, Job, Work } from './engine.ts';
import { routeFor } from './models.ts';

/** Asks what all these pictures cost together before the first is bought. Throws `over_budget`. */
export async function checkBudget(
  work: Work,
  server: Server,
  requests: readonly ImageRequest[],
): Promise<void> {
  // A single one is asked about when it is sent.
  if (!work.budget || requests.length < 2) return;
  const api = await work.engine.connect(server);
  work.budget.check(await livePrices(work, api, { server, requests }));
}

/** Asks what the job's picture costs now and reserves it. Throws `over_budget`; nothing was sent then. */
export async function reserveBudget({ work, api, entry }: Job): Promise<void> {
  const { request } = entry.intended;
  if (!work.budget || !request) return;
  work.engine.listener.step(entry.key, { doing: 'asking the price', model: request.model });
  const [quote] = await livePrices(work, api, { server: entry.intended.server, requests: [request] });
  if (quote) work.budget.reserve(entry.key, quote);
}

async function livePrices(
  { engine, deadline, rateLimitTries }: Work,
  api: Api,
  priced: Priced,
): Promise<Quote[]> {
  const { clock, listener } = engine;
  try {
    return await quoteAll(engine, api, priced, {
      clock,
      deadline,
      rateLimitTries,
      onRetry: listener.retrying,
    });
  } catch (error) {
    throw error instanceof Failure && error.code !== 'timeout' ? unknownPrice(error) : error;
  }
}

const quotesAtOnce = 4;

interface Priced {
  server: Server;
  requests: readonly ImageRequest[];
}

/** Asks what each request would cost now, the same request once. Throws where a price is not available. */
export async function quoteAll(
  engine: Engine,
  api: Api,
  { server, requests }: Priced,
  patience: Patience,
): Promise<Quote[]> {
  const { askQuote } = await import('../api/quote.ts');
  const asked = new Map<string, Promise<Quote>>();
  return await pMap(
    requests,
    (request) => {
      const name = JSON.stringify(request);
      const { signal } = patience.deadline;
      const quote =
        asked.get(name) ??
        routeFor(engine, server, request).then((route) =>
          tryAgain(() => askQuote(api.caller, api.base, { request, route }, signal), patience),
        );
      asked.set(name, quote);
      return quote;
    },
    { concurrency: quotesAtOnce },
  );
}
