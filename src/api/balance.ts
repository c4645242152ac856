import { maximum, minimum, nullable, number, object, optional } from 'zod/mini';
import { Failure } from '../errors.ts';
import { mostCents } from '../task/money.ts';
import { readObject } from './answer.ts';
import { ask } from './ask.ts';
import { hostOf } from './base-url.ts';
import type { Caller } from './exchange.ts';

/** An account's money, in hundredths of a US dollar; null where the service does not tell. */
export interface Balance {
  balance_cents: number;
  paid_balance_cents: number | null;
  bonus_balance_cents: number | null;
  spent_cents_today: number | null;
  spent_cents_total: number | null;
}

const amount = number().check(minimum(-mostCents), maximum(mostCents));
const cents = optional(nullable(amount));
const shape = object({
  balance_cents: amount,
  paid_balance_cents: cents,
  bonus_balance_cents: cents,
  spent_cents_today: cents,
  spent_cents_total: cents,
});

/** Asks for the balance of the key's account. Throws the service's refusal, a network fault, or `bad_response`. */
export async function askBalance(caller: Caller, base: string, signal: AbortSignal): Promise<Balance> {
  const answer = await ask(caller, { method: 'GET', url: `${base}/api/v1/me/balance`, signal });
  const told = shape.safeParse(readObject(answer.text, hostOf(base))).data;
  if (!told) throw new Failure('bad_response', `${hostOf(base)} did not return a balance`);
  return {
    balance_cents: told.balance_cents,
    paid_balance_cents: told.paid_balance_cents ?? null,
    bonus_balance_cents: told.bonus_balance_cents ?? null,
    spent_cents_today: told.spent_cents_today ?? null,
    spent_cents_total: told.spent_cents_total ?? null,
  };
}
