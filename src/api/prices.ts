import { _default, maximum, minimum, nullable, number, object, optional, type output, string } from 'zod/mini';
import { Failure } from '../errors.ts';
import type { ImageRequest } from '../request/request.ts';
import { mostCents } from '../task/money.ts';
import { currencyForm, readObject } from './answer.ts';
import { hostOf } from './base-url.ts';
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

const priceAnswer = object({
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
  { request, route }: { request: ImageRequest; route: Route },
  signal: AbortSignal,
): Promise<Quote> {
  const { model, callback_url: _, ...params } = wireRequest(request);
  const { service, action } = route;
  if (service === undefined) throw untold(caller.base, request.model);
  return await withBothNames(service, async (name) => {
    const body = { service: name, action, model, params };
    const answer = await ask(caller, { method: 'POST', url: `${caller.base}/api/v1/price_quotes`, body, signal });
    const quote = priceAnswer.safeParse(readObject(answer.text, hostOf(caller.base))).data?.price_quote;
    if (!quote || !isAvailable(quote.pricing_status)) throw untold(caller.base, request.model);
    const { currency, reservation_amount_cents: reserved_cents, as_of } = quote;
    if (!currencyForm.test(currency)) throw untold(caller.base, request.model);
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

const amount = number().check(minimum(-mostCents), maximum(mostCents));
const cents = _default(nullable(amount), null);
const account = object({
  balance_cents: amount,
  paid_balance_cents: cents,
  bonus_balance_cents: cents,
  spent_cents_today: cents,
  spent_cents_total: cents,
});

/** An account's money, in hundredths of a US dollar; null where the service does not tell. */
export type Balance = output<typeof account>;

/** Asks for the balance of the key's account. Throws the service's refusal, a network fault, or `bad_response`. */
export async function askBalance(caller: Caller, signal: AbortSignal): Promise<Balance> {
  const answer = await ask(caller, { method: 'GET', url: `${caller.base}/api/v1/me/balance`, signal });
  const told = account.safeParse(readObject(answer.text, hostOf(caller.base))).data;
  if (!told) throw new Failure('bad_response', `${hostOf(caller.base)} did not return a balance`);
  return told;
}
