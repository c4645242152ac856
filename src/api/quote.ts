import { maximum, minimum, nullable, number, object, optional, string } from 'zod/mini';
import type { ImageRequest } from '../request/request.ts';
import { mostCents } from '../task/money.ts';
import { readObject } from './answer.ts';
import { ask } from './ask.ts';
import type { Caller } from './exchange.ts';
import { action, isAvailable, untold, withServiceName } from './pricing.ts';
import { hostOf, wireRequest } from './submit.ts';

/** What a request would cost now. */
export interface Quote {
  currency: string;
  /** What is set aside when the task is accepted, in hundredths of the currency. */
  reserved_cents: number;
  /** The moment that the service says it is of. */
  as_of: string | null;
}

const shape = object({
  price_quote: object({
    pricing_status: optional(string()),
    currency: string(),
    reservation_amount_cents: number().check(minimum(0), maximum(mostCents)),
    as_of: optional(nullable(string())),
  }),
});

/**
 * What the request would cost now; asked without a key where the caller has none. Throws where the service does not
 * tell: its refusal, a network fault, or `not_found`.
 */
export async function askQuote(
  caller: Caller,
  base: string,
  request: ImageRequest,
  signal: AbortSignal,
): Promise<Quote> {
  const { model, callback_url: _, ...params } = wireRequest(request);
  return await withServiceName(async (service) => {
    const body = { service, action, model, params };
    const answer = await ask(caller, { method: 'POST', url: `${base}/api/v1/price_quotes`, body, signal });
    const quote = shape.safeParse(readObject(answer.text, hostOf(base))).data?.price_quote;
    if (!quote || !isAvailable(quote.pricing_status)) throw untold(base, request.model);
    const { currency, reservation_amount_cents: reserved_cents, as_of = null } = quote;
    return { currency, reserved_cents, as_of };
  });
}
