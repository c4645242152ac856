import pMap from 'p-map';
import type { Api } from '../api/client.ts';
import type { Quote } from '../api/quote.ts';
import { type Patience, tryAgain } from '../api/try-again.ts';
import type { ImageRequest } from '../request/request.ts';

const quotesAtOnce = 4;

/** What each request would cost now; the same request is asked for once. Throws where a price is not told. */
export async function quoteAll(
  api: Api,
  requests: readonly ImageRequest[],
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
        asked.get(name) ?? tryAgain(() => askQuote(api.caller, api.base, request, signal), patience);
      asked.set(name, quote);
      return quote;
    },
    { concurrency: quotesAtOnce },
  );
}
