import { maximum, minimum, nullable, number, object, optional, string } from 'zod/mini';
import { Failure } from '../errors.ts';
import type { ImageRequest } from '../request/request.ts';
import { mostCents } from '../task/money.ts';
import { readObject } from './answer.ts';
import { hostOf } from './base-url.ts';
import { currencyForm } from './billing.ts';
import { ask, type Caller } from './exchange.ts';
import type { Route } from './routes.ts';
import { wireRequest } from './submit.ts';

/** The price of a request now. */
export interface Quote {
  currency: string;
  /** The amount reserved when the task is accepted, in hundredths of the currency. */
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
 * Asks what the request would cost now; without a key where the caller has none. Throws where the service does not
 * tell: its refusal, a network fault, or `not_found`.
 */
export async function askQuote(
  caller: Caller,
  base: string,
  { request, route }: { request: ImageRequest; route: Route },
  signal: AbortSignal,
): Promise<Quote> {
  const { model, callback_url: _, ...params } = wireRequest(request);
  const { service, action } = route;
  if (service === undefined) throw untold(base, request.model);
  return await withBothNames(service, async (name) => {
    const body = { service: name, action, model, params };
    const answer = await ask(caller, { method: 'POST', url: `${base}/api/v1/price_quotes`, body, signal });
    const quote = shape.safeParse(readObject(answer.text, hostOf(base))).data?.price_quote;
    if (!quote || !isAvailable(quote.pricing_status)) throw untold(base, request.model);
    const { currency, reservation_amount_cents: reserved_cents, as_of } = quote;
    if (!currencyForm.test(currency)) throw untold(base, request.model);
    return { currency, reserved_cents, as_of: momentOf(as_of) };
  });
}

/** The service's own documents write its name with - and with _. Throws the first refusal. */
async function withBothNames<Result>(service: string, ask: (name: string) => Promise<Result>): Promise<Result> {
  let refusal: unknown;
  for (const name of new Set([service, service.replaceAll('-', '_')])) {
    try {
      return await ask(name);
    } catch (error) {
      const isUnknown = error instanceof Failure && (error.code === 'validation' || error.code === 'not_found');
      if (!isUnknown) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

/** Returns a moment that the service tells, where it is one. */
function momentOf(told: string | null | undefined): string | null {
  return told && /^\d{4}-\d\d-\d\d([T ][\d:.]{5,18}(Z|[+-]\d\d:?\d\d)?)?$/.test(told) ? told : null;
}

/** The service also lists models that it has no price for yet. */
function isAvailable(status: string | undefined): boolean {
  return status === undefined || status === 'available';
}

function untold(base: string, model: string): Failure {
  return new Failure('not_found', `${hostOf(base)} did not return a price for ${model}`, {
    hint: 'Look again later, or at https://runapi.ai/pricing',
  });
}
