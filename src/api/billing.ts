import { at, isObject } from '../json.ts';
import { microCents, mostCents } from '../task/money.ts';
import type { Cost } from '../task/task.ts';

/** How a currency (ISO 4217) and a unit are written: anything else is not shown, and its amount means nothing. */
export const currencyForm = /^[A-Z]{3}$/;
export const unitForm = /^[A-Za-z][\w -]{0,31}$/;

/**
 * Reads the price in an answer: `usage` (dollars, since 28 September 2026) before `billing` (cents). Null if there is
 * neither. The service refunds failed tasks.
 */
export function costOf(answer: unknown): Cost | null {
  const usage = at(answer, 'usage') ?? at(answer, 'data.usage');
  const billing = at(answer, 'billing') ?? at(answer, 'data.billing');
  const reserved = cents(at(billing, 'reservation.amount_cents'));
  const settled = cents(at(billing, 'settlement.charged_amount_cents')) ?? exactCents(billing);
  const charged = centsOfDollars(at(usage, 'cost')) ?? settled;
  const refund = at(billing, 'refund');
  const refunded = isObject(refund) && refund.refunded_at !== null;
  if (reserved === null && charged === null && !refunded) return null;
  const currency = at(billing, 'currency') ?? at(billing, 'reservation.currency') ?? 'USD';
  if (!currencyForm.test(String(currency))) return null; // an amount of nobody knows what
  return { currency: String(currency), reserved_cents: reserved, charged_cents: charged, refunded };
}

/** Counts in whole micro-cents, so that 0.07 dollars are 7 cents and not 7.000000000000001. */
function centsOfDollars(value: unknown): number | null {
  const dollars = amountOf(value);
  return dollars === null ? null : cents(microCents(dollars * 100) / 1_000_000);
}

/** Reads the settlement in micro-cents, for answers that tell it in nothing else. */
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
