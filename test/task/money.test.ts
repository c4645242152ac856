import { describe, expect, test } from 'vitest';
import { laterCost, paidCents } from '../../src/task/cost.ts';
import { amountText, parseDollars } from '../../src/task/money.ts';

describe('dollars are read exactly', () => {
  test.each([
    ['0', 0],
    ['0.08', 8_000_000],
    ['.25', 25_000_000],
    ['1', 100_000_000],
    ['1.', 100_000_000],
    ['$2.50', 250_000_000],
    [' 0.1 ', 10_000_000],
    ['0.00000001', 1],
    ['0.100000000', 10_000_000],
    ['90000000', 9_000_000_000_000_000],
  ])('%s', (text, amount) => {
    expect(parseDollars(text)).toBe(amount);
  });

  test.each(['', '.', '$', '-1', '1e3', '0,50', '1 000', '0.000000001', 'free', '99999999999'])(
    '%j is no amount',
    (text) => {
      expect(parseDollars(text)).toBeUndefined();
    },
  );
});

test.each([
  [8, 'USD', '$0.08'],
  [0, 'USD', '$0.00'],
  [412, 'USD', '$4.12'],
  [100_000, 'USD', '$1000.00'],
  [3.75, 'USD', '$0.0375'],
  [0.1 + 0.2, 'USD', '$0.003'],
  [-150, 'USD', '-$1.50'],
  [8, 'EUR', 'EUR 0.08'],
])('%d cents in %s are %s', (cents, currency, text) => {
  expect(amountText(cents, currency)).toBe(text);
});

const reserved = { currency: 'USD', reserved_cents: 8, charged_cents: null, refunded: false };

describe('what a later answer tells of the cost', () => {
  test('wins', () => {
    const settled = { ...reserved, reserved_cents: 9, charged_cents: 7 };
    expect(laterCost(reserved, settled)).toEqual(settled);
  });

  test('leaves standing what it says nothing of', () => {
    const settled = { ...reserved, reserved_cents: null, charged_cents: 7 };
    expect(laterCost(reserved, settled)).toEqual({ ...reserved, charged_cents: 7 });
    expect(laterCost(reserved, null)).toEqual(reserved);
    expect(laterCost(undefined, null)).toBeNull();
  });
});

test.each([
  ['what was charged', { ...reserved, charged_cents: 7 }, false, 7],
  ['what was reserved, where nothing else is known', reserved, false, 8],
  ['nothing for a failed task', reserved, true, 0],
  ['nothing after a refund', { ...reserved, charged_cents: 8, refunded: true }, false, 0],
  ['nothing where nothing was told', null, false, 0],
])('a task cost %s', (_, cost, failed, cents) => {
  expect(paidCents(cost, failed)).toBe(cents);
});
