import { describe, expect, test } from 'vitest';
import { createGovernor } from '../../src/api/governor.ts';
import { fakeClock } from '../support/clock.ts';
import { type Batch, bucket, byChance, simulateBatch, window } from './simulated-batch.ts';

const seeds = [1, 2, 3];

type Chance = [name: string, trouble: () => Batch['trouble'], rows: number, most: number, pictures?: boolean];

describe('faults by chance', () => {
  const few: Chance[] = [
    ['2 %: 429', () => byChance(0.02, ['429']), 500, 1.6],
    ['none', () => () => undefined, 500, 1.2],
  ];
  const many: Chance[] = [
    ['20 %: 429, 503, resets, slow answers', () => byChance(0.2), 2000, 3],
    ['20 %, pictures too', () => byChance(0.2), 1000, 3, true],
    ['20 %: 429', () => byChance(0.2, ['429']), 2000, 3],
    ['5 %: 429', () => byChance(0.05, ['429']), 500, 1.7],
    ['30 %: 429', () => byChance(0.3, ['429']), 500, 6],
    ['40 %: 429', () => byChance(0.4, ['429']), 500, 20],
  ];
  test.each(few)('cost a batch little: %s', costsLittle);
  test.each(many)('cost a batch little: %s', { tags: ['slow'], timeout: 300_000 }, costsLittle);

  async function costsLittle(...[, trouble, rows, most, pictures = false]: Chance): Promise<void> {
    const ideal = (rows / 32) * 0.5;
    for (const seed of seeds) {
      const batch = { rows, concurrency: 32, taskMs: 500, trouble: trouble(), pictures };
      const { seconds, failed } = await simulateBatch(batch, seed);
      expect(seconds / ideal).toBeLessThanOrEqual(most);
      // A row is given up when five tries to submit it fail: about one in 20,000.
      expect(failed).toBeLessThanOrEqual(1);
    }
  }
});

type Limit = [name: string, batch: () => Batch, ideal: number, mostRefused: number];

describe('a limit of the server', () => {
  /** Rows that are ready at once take two requests each. */
  const at20 = { rows: 500, concurrency: 40, taskMs: 0 };
  const small: Limit[] = [
    ['20 a second, few at once', () => ({ ...at20, concurrency: 8, trouble: window(20) }), 50, 0.3],
    ['2 a second', () => ({ ...at20, rows: 40, concurrency: 8, trouble: window(2) }), 40, 0.7],
  ];
  const large: Limit[] = [
    ['20 a second', () => ({ ...at20, trouble: window(20) }), 50, 0.3],
    ['20 a second, 20 at once', () => ({ ...at20, trouble: bucket(20, 20) }), 50, 0.3],
    ['100 a second', () => ({ ...at20, rows: 1000, concurrency: 64, trouble: window(100) }), 20, 0.3],
    [
      '60 a minute',
      () => ({ ...at20, rows: 240, concurrency: 16, trouble: window(60, 60_000), retryAfterSeconds: 30 }),
      420,
      0.2,
    ],
  ];
  test.each(small)('is met at nearly its rate, and no row fails: %s', isMet);
  test.each(large)('is met at nearly its rate, and no row fails: %s', { tags: ['slow'] }, isMet);

  async function isMet(...[, batch, ideal, mostRefused]: Limit): Promise<void> {
    for (const seed of seeds) {
      const { seconds, failed, refused, requests } = await simulateBatch(batch(), seed);
      expect(failed).toBe(0);
      expect(seconds / ideal).toBeLessThanOrEqual(1.3);
      expect(refused / requests).toBeLessThanOrEqual(mostRefused);
    }
  }

  test('is met, more slowly, where faults by chance come on top', { tags: ['slow'] }, async () => {
    for (const seed of seeds) {
      const [limit, chance] = [window(20), byChance(0.1, ['429'])];
      const trouble: Batch['trouble'] = (now, random) => limit(now, random) ?? chance(now, random);
      const { seconds } = await simulateBatch({ ...at20, trouble }, seed);
      expect(seconds / 50).toBeLessThanOrEqual(2.5);
    }
  });

  test('is forgotten when it is gone', { tags: ['slow'] }, async () => {
    for (const seed of seeds) {
      const limit = window(20);
      const trouble: Batch['trouble'] = (now, random) => (now < 30_000 ? limit(now, random) : undefined);
      const { seconds } = await simulateBatch({ ...at20, rows: 2000, trouble }, seed);
      expect(seconds).toBeLessThanOrEqual(60);
    }
  });
});

test('six refusals in a row keep every call until the time that the server names', async () => {
  const clock = fakeClock();
  const governor = createGovernor(clock);
  for (let count = 0; count < 5; count++) governor.refused(30_000);
  await governor.admit();
  expect(clock.monotonic()).toBe(0);
  governor.refused(30_000);
  await governor.admit();
  expect(clock.monotonic()).toBe(30_000);
});

test('a call that waits can be stopped', async () => {
  const clock = fakeClock();
  const governor = createGovernor(clock);
  for (let count = 0; count < 6; count++) governor.refused(undefined);
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  await expect(governor.admit(stop.signal)).rejects.toThrow('stopped');
});
