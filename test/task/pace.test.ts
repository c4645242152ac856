import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedPace, growingPace, type PaceFacts, spread } from '../../src/task/pace.ts';

const day = 86_400_000;

const growing: Array<[name: string, facts: Partial<PaceFacts>, wait: number]> = [
  ['polls at once', {}, 0],
  ['polls at once a task of yesterday', { elapsedMs: day }, 0],
  ['polls twice a second at first', { elapsedMs: 0, polledMs: 0 }, 500],
  ['and a little more often around the end of a sandbox task', { elapsedMs: 1100, polledMs: 1100 }, 450],
  ['leaves a gap in the third second', { elapsedMs: 2000, polledMs: 2000 }, 1300],
  ['polls often while most pictures end', { elapsedMs: 8000, polledMs: 8000 }, 750],
  ['polls less often after a minute', { elapsedMs: 90_000, polledMs: 90_000 }, 2000],
  ['and after five', { elapsedMs: 400_000, polledMs: 400_000 }, 5000],
  ['and after half an hour', { elapsedMs: day, polledMs: day }, 10_000],
  ['counts from when the last poll left', { elapsedMs: 8150, polledMs: 8000 }, 600],
  ['pauses after an answer that took long', { elapsedMs: 12_000, polledMs: 8000 }, 60],
  ['spreads the polls of tasks that began together', { elapsedMs: 8000, polledMs: 8000, random: 1 }, 825],
  ['obeys Retry-After', { elapsedMs: 8000, polledMs: 7850, retryAfterMs: 20_000 }, 20_000],
  ['obeys Retry-After before the first poll', { retryAfterMs: 2000 }, 2000],
  ['spreads those that were told the same', { polledMs: 0, retryAfterMs: 20_000, random: 1 }, 22_000],
  ['is not hurried by Retry-After', { elapsedMs: 8000, polledMs: 8000, retryAfterMs: 100 }, 750],
];

test.each(growing)('the growing pace %s', (_, facts, wait) => {
  expect(growingPace({ elapsedMs: 0, random: 0, ...facts })).toBeCloseTo(wait, 6);
});

const fixed: Array<[name: string, intervalMs: number, facts: Partial<PaceFacts>, wait: number]> = [
  ['polls at once', 2000, {}, 0],
  ['pauses after each answer', 2000, { elapsedMs: 9000, polledMs: 3000 }, 2000],
  ['is exact', 2000, { polledMs: 0, random: 1 }, 2000],
  ['may not pause at all', 0, { polledMs: 0 }, 0],
  ['obeys Retry-After', 2000, { polledMs: 0, retryAfterMs: 5000 }, 5000],
  ['is not hurried by Retry-After', 2000, { polledMs: 0, retryAfterMs: 500 }, 2000],
];

test.each(fixed)('the fixed pace %s', (_, intervalMs, facts, wait) => {
  expect(fixedPace(intervalMs)({ elapsedMs: 0, random: 0, ...facts })).toBe(wait);
});

const upTo = (max: number) => fc.double({ min: 0, max, noNaN: true });

test('neither pace polls before Retry-After is over, or within 60 ms of an answer, or waits without need', () => {
  const facts = fc.record({
    polledMs: upTo(2 * day),
    answerMs: upTo(60_000),
    retryAfterMs: fc.option(upTo(day), { nil: undefined }),
    random: upTo(1),
  });
  fc.assert(
    fc.property(facts, ({ polledMs, answerMs, retryAfterMs, random }) => {
      const wait = growingPace({ elapsedMs: polledMs + answerMs, polledMs, retryAfterMs, random });
      expect(wait).toBeGreaterThanOrEqual(Math.max(60, retryAfterMs ?? 0));
      expect(wait).toBeLessThanOrEqual(Math.max(11_000, 1.1 * (retryAfterMs ?? 0)));
      const fixed = fixedPace(500)({ elapsedMs: polledMs + answerMs, polledMs, retryAfterMs, random });
      expect(fixed).toBeGreaterThanOrEqual(Math.max(500, retryAfterMs ?? 0));
    }),
  );
});

test.each([
  [undefined, 1, 0],
  [1000, 0, 1000],
  [1000, 0.5, 1050],
  [1000, 1, 1100],
])('a wait of %s is spread by chance %s to %s', (milliseconds, random, wait) => {
  expect(spread(milliseconds, random)).toBeCloseTo(wait, 6);
});
