import { _default, maximum, minimum, nullable, number, object, type output } from 'zod/mini';
import { Failure } from '../errors.ts';
import { mostCents } from '../task/money.ts';
import { readObject } from './answer.ts';
import { hostOf } from './base-url.ts';
import { ask, type Caller } from './exchange.ts';

const amount = number().check(minimum(-mostCents), maximum(mostCents));
const cents = _default(nullable(amount), null);
const shape = object({
  balance_cents: amount,
  paid_balance_cents: cents,
  bonus_balance_cents: cents,
  spent_cents_today: cents,
  spent_cents_total: cents,
});

/** An account's money, in hundredths of a US dollar; null where the service does not tell. */
export type Balance = output<typeof shape>;

/** Asks for the balance of the key's account. Throws the service's refusal, a network fault, or `bad_response`. */
export async function askBalance(caller: Caller, base: string, signal: AbortSignal): Promise<Balance> {
  const answer = await ask(caller, { method: 'GET', url: `${base}/api/v1/me/balance`, signal });
  const told = shape.safeParse(readObject(answer.text, hostOf(base))).data;
  if (!told) throw new Failure('bad_response', `${hostOf(base)} did not return a balance`);
  return told;
}
