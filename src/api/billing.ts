import { at, isObject } from '../json.ts';
import { mostCents } from '../task/money.ts';
import type { Cost } from '../task/task.ts';

/** What an answer tells of the price; null where it tells nothing. Failed tasks are refunded by the service. */
export function costOf(answer: unknown): Cost | null {
  const billing = at(answer, 'billing') ?? at(answer, 'data.billing');
  if (!isObject(billing)) return null;
  const reserved = cents(at(billing, 'reservation.amount_cents'));
  const charged = cents(at(billing, 'settlement.charged_amount_cents')) ?? exactCents(billing);
  const refund = at(billing, 'refund');
  const refunded = isObject(refund) && refund.refunded_at !== null;
  if (reserved === null && charged === null && !refunded) return null;
  const currency = at(billing, 'currency') ?? at(billing, 'reservation.currency');
  return {
    currency: typeof currency === 'string' ? currency : 'USD',
    reserved_cents: reserved,
    charged_cents: charged,
    refunded,
  };
}

/** The settlement in millionths of a cent, where it is told in nothing else. */
function exactCents(billing: unknown): number | null {
  const micro = amountOf(at(billing, 'settlement.amount_micro_cents'));
  return micro === null ? null : cents(micro / 1_000_000);
}

function cents(value: unknown): number | null {
  const amount = amountOf(value);
  return amount !== null && amount <= mostCents ? amount : null;
}

function amountOf(value: unknown): number | null {
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0 ? amount : null;
}
