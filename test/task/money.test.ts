import { describe, expect, test } from 'vitest';
import { addCost, costText, laterCost, newSum, sumText } from '../../src/task/cost.ts';
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
  ['what was charged', { ...reserved, charged_cents: 7 }, false, '$0.07'],
  ['what was reserved, where nothing else is known', reserved, false, '$0.08'],
  ['a part of a cent', { ...reserved, charged_cents: 1.05 }, false, '$0.0105'],
  ['nothing for a failed task', reserved, true, 'not charged'],
  ['nothing after a refund', { ...reserved, charged_cents: 8, refunded: true }, false, 'refunded'],
  ['an unknown amount where nothing was told', null, false, 'cost unknown'],
  ['nothing where a failed task tells nothing', null, true, 'not charged'],
])('a task cost %s', (_, cost, failed, text) => {
  expect(costText(cost, { failed, sandbox: false })).toBe(text);
  expect(costText(cost, { failed, sandbox: true })).toBe('sandbox');
});

test.each<[string, Array<[Parameters<typeof addCost>[1], boolean]>]>([
  ['', []],
  ['$0.00', [[null, true]]],
  ['cost unknown', [[null, false]]],
  [
    'cost unknown',
    [
      [null, true],
      [null, false],
    ],
  ],
  [
    '$0.0805 + 2 of unknown cost',
    [
      [reserved, false],
      [{ ...reserved, charged_cents: 0.05 }, false],
      [null, false],
      [null, false],
    ],
  ],
  [
    '$0.08 + EUR 0.10',
    [
      [reserved, false],
      [{ ...reserved, currency: 'EUR', charged_cents: 10 }, false],
    ],
  ],
])('several cost %j', (text, costs) => {
  const sum = newSum();
  for (const [cost, failed] of costs) addCost(sum, cost, failed);
  expect(sumText(sum)).toBe(text);
});

test('a sum loses no fraction of a cent', () => {
  const sum = newSum();
  for (let at = 0; at < 1000; at++) addCost(sum, { ...reserved, charged_cents: 0.1 }, false);
  expect(sumText(sum)).toBe('$1.00');
});
