import type { Api } from '../api/client.ts';
import { Failure } from '../errors.ts';
import type { Server } from '../journal/event.ts';
import type { ImageRequest } from '../request/request.ts';
import { unknownPrice } from './budget.ts';
import { quoteAll } from './quotes.ts';
import type { Job, Work } from './work.ts';

/** Asks what all these pictures cost together, before the first of them is bought. Throws `over_budget`. */
export async function checkBudget(
  work: Work,
  server: Server,
  requests: readonly ImageRequest[],
): Promise<void> {
  // One alone is asked about when it is sent.
  if (!work.budget || requests.length < 2) return;
  work.budget.check(await livePrices(work, await work.context.api(server), requests));
}

/** Asks what the job's picture costs now and sets that aside. Throws `over_budget`: nothing was sent. */
export async function reserveBudget({ work, api, entry }: Job): Promise<void> {
  if (!work.budget) return;
  const { model } = entry.intended.request;
  work.context.reporter.progress.step(entry.key, { doing: 'asking the price', model });
  const [quote] = await livePrices(work, api, [entry.intended.request]);
  if (quote) work.budget.reserve(entry.key, quote);
}

async function livePrices(
  { context, deadline, rateLimitTries }: Work,
  api: Api,
  requests: readonly ImageRequest[],
): ReturnType<typeof quoteAll> {
  const { clock } = context.world;
  const onRetry = context.reporter.retrying;
  try {
    return await quoteAll(api, requests, { clock, deadline, rateLimitTries, onRetry });
  } catch (error) {
    throw error instanceof Failure && error.code !== 'timeout' ? unknownPrice(error) : error;
  }
}
