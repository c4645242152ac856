import { describe, expect, test } from 'vitest';
import { costOf } from '../../src/api/billing.ts';

const charged = (cents: number) => ({ currency: 'USD', reserved_cents: null, charged_cents: cents, refunded: false });

describe('the cost in dollars', () => {
  test.each([
    [0.08, 8],
    [0.07, 7],
    [0.29, 29],
    [0.57, 57],
    [1.1, 110],
    [0.0105, 1.05],
    [0.00000001, 0.000001],
    [4e-8, 0.000004],
    [0.1 + 0.2, 30],
    [0, 0],
    [12, 1200],
    ['0.0375', 3.75],
  ])('%j is %j cents', (cost, cents) => {
    expect(costOf({ status: 'completed', usage: { cost } })).toEqual(charged(cents));
  });

  test('every amount up to ten dollars is exact to a tenth of a cent', () => {
    const wrong = Array.from({ length: 10_000 }, (_, mills) => mills).filter(
      (mills) => costOf({ usage: { cost: mills / 1000 } })?.charged_cents !== mills / 10,
    );
    expect(wrong).toEqual([]);
  });

  test('is read inside data too', () => {
    expect(costOf({ data: { id: 't', usage: { cost: 0.04 } } })).toEqual(charged(4));
  });
});

const billing = {
  reservation: { amount_cents: 9 },
  settlement: { charged_amount_cents: 8, amount_micro_cents: 8_000_000 },
  refund: null,
};

test('dollars win over the old form, which still tells what was reserved', () => {
  expect(costOf({ usage: { cost: 0.0125 }, billing })).toEqual({ ...charged(1.25), reserved_cents: 9 });
});

test('the old form is read as before', () => {
  expect(costOf({ billing })).toEqual({ ...charged(8), reserved_cents: 9 });
  expect(costOf({ billing: { settlement: { amount_micro_cents: 3_750_000 } } })).toEqual(charged(3.75));
});

test.each([
  [{}],
  [{ usage: null }],
  [{ usage: {} }],
  [{ usage: { cost: null } }],
  [{ usage: { cost: '' } }],
  [{ usage: { cost: -0.08 } }],
  [{ usage: { cost: 1e300 } }],
  [{ usage: { cost: { amount: 8 } } }],
  [{ usage: [0.08] }],
  [{ usage: 0.08 }],
  ['usage'],
  [null],
])('an answer that tells no cost costs something unknown: %j', (answer) => {
  expect(costOf(answer)).toBe(null);
});
