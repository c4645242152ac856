import { array, maximum, minimum, nullable, number, object, optional, string } from 'zod/mini';
import { mostCents } from '../task/money.ts';
import { readObject } from './answer.ts';
import { ask } from './ask.ts';
import { hostOf } from './base-url.ts';
import type { Caller } from './exchange.ts';
import { action, currencyForm, isAvailable, momentOf, unitForm, untold, withServiceName } from './pricing.ts';

/** What a model costs now. */
export interface Price {
  currency: string;
  unit_price_cents: number;
  /** What is paid for: `task`. */
  billing_unit: string;
  as_of: string | null;
}

/** Answers that the server may say are still right, by their address. */
export interface KeptAnswers {
  recallAnswer(base: string, url: string): { etag: string; text: string } | undefined;
  keepAnswer(base: string, url: string, answer: { etag: string; text: string }): void;
}

const shape = object({
  as_of: optional(nullable(string())),
  price_schedules: array(
    object({
      model: nullable(string()),
      pricing_status: optional(string()),
      currency: optional(string()),
      billing_unit: optional(string()),
      unit_price_cents: optional(nullable(number().check(minimum(0), maximum(mostCents)))),
    }),
  ),
});

/**
 * What the model costs now. A price list that has not changed since it was last read is not sent again. Throws where
 * the service does not tell: its refusal, a network fault, or `not_found`.
 */
export async function askPrice(
  caller: Caller,
  base: string,
  model: string,
  kept: KeptAnswers,
  signal: AbortSignal,
): Promise<Price> {
  return await withServiceName(async (service) => {
    const url = `${base}/api/v1/price_schedules?${new URLSearchParams({ service, action, model })}`;
    const text = await readKept(caller, base, url, kept, signal);
    const list = shape.safeParse(readObject(text, hostOf(base))).data;
    const found = list?.price_schedules.find((each) => each.model === model);
    if (typeof found?.unit_price_cents !== 'number' || !isAvailable(found.pricing_status)) {
      throw untold(base, model);
    }
    const { unit_price_cents, currency = 'USD', billing_unit = 'task' } = found;
    if (!currencyForm.test(currency) || !unitForm.test(billing_unit)) throw untold(base, model);
    return { currency, unit_price_cents, billing_unit, as_of: momentOf(list?.as_of) };
  });
}

async function readKept(
  caller: Caller,
  base: string,
  url: string,
  kept: KeptAnswers,
  signal: AbortSignal,
): Promise<string> {
  const known = kept.recallAnswer(base, url);
  const headers = known ? { 'if-none-match': known.etag } : {};
  const answer = await ask(caller, { method: 'GET', url, signal, headers });
  if (answer.status === 304 && known) return known.text;
  const { etag } = answer.headers;
  if (etag) kept.keepAnswer(base, url, { etag, text: answer.text });
  return answer.text;
}
