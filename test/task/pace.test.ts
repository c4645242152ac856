import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Expectation, likelyDuration } from '../../src/task/expectation.ts';
import { expectingPace, fixedPace, type PaceFacts } from '../../src/task/pace.ts';

type Case = [name: string, before: readonly number[], facts: Partial<PaceFacts>, least: number, most: number];

const times = (count: number, durationMs: number) => Array.from({ length: count }, () => durationMs);
const bimodal = [...times(20, 5000), ...times(20, 20_000)].map((ms, index) => ms * (1 + (index % 5) / 50));

const cases: Case[] = [
  ['looks at once on a first run', [], { elapsedMs: 0 }, 0, 0],
  ['looks once more soon after, for quick services', [], { elapsedMs: 150, lookedMs: 0 }, 900, 1300],
  ['waits until pictures become likely', [], { elapsedMs: 1400, lookedMs: 1250 }, 1700, 2100],
  ['looks often where a picture is likely', [], { elapsedMs: 8000, lookedMs: 7850 }, 500, 650],
  ['looks less often later', [], { elapsedMs: 120_000, lookedMs: 119_850 }, 800, 1000],
  ['looks slowly after many minutes', [], { elapsedMs: 900_000, lookedMs: 899_850 }, 9800, 9900],
  ['looks at once at a task of yesterday', [], { elapsedMs: 86_400_000 }, 0, 0],
  ['looks at once where tasks end at once', times(20, 0), { elapsedMs: 0 }, 0, 0],
  ['looks again soon where tasks end at once', times(20, 0), { elapsedMs: 10, lookedMs: 0 }, 60, 200],
  ['spares the look at once where none ever ended at once', times(20, 10_000), { elapsedMs: 0 }, 3000, 4500],
  ['comes in time for tasks of one second', times(20, 1000), { elapsedMs: 5, lookedMs: 0 }, 700, 1000],
  ['hardly looks before a likely end', times(20, 10_000), { elapsedMs: 3600, lookedMs: 3550 }, 1500, 2500],
  ['looks often at a likely end', times(20, 10_000), { elapsedMs: 10_000, lookedMs: 9850 }, 150, 300],
  [
    'looks less often once the likely end is past',
    times(20, 10_000),
    { elapsedMs: 20_000, lookedMs: 19_850 },
    450,
    750,
  ],
  ['looks often around the first of two likely ends', bimodal, { elapsedMs: 5200, lookedMs: 5050 }, 60, 350],
  ['rests between two likely ends', bimodal, { elapsedMs: 9000, lookedMs: 8850 }, 1500, 4000],
  ['looks often around the second likely end', bimodal, { elapsedMs: 20_500, lookedMs: 20_350 }, 150, 450],
  [
    'looks after ten seconds at the latest',
    times(90, 300_000),
    { elapsedMs: 100_000, lookedMs: 99_900 },
    9800,
    9900,
  ],
  ['trusts no single odd task', [60_000], { elapsedMs: 8000, lookedMs: 7850 }, 500, 900],
  [
    'forgets how the service was long ago',
    [...times(80, 60_000), ...times(80, 5000)],
    { elapsedMs: 4200, lookedMs: 4000 },
    200,
    500,
  ],
  ['takes a clock that jumped back for a new task', [], { elapsedMs: -5000, lookedMs: 3000 }, 1000, 1300],
  ['takes a clock that jumped ahead for a long wait', [], { elapsedMs: 9_000_000, lookedMs: 3000 }, 60, 60],
  ['spreads tasks that began together: early', [], { elapsedMs: 8000, lookedMs: 8000, random: 0 }, 600, 660],
  ['spreads tasks that began together: late', [], { elapsedMs: 8000, lookedMs: 8000, random: 1 }, 820, 880],
  [
    'obeys Retry-After',
    [],
    { elapsedMs: 8000, lookedMs: 7850, retryAfterMs: 20_000, random: 0 },
    20_000,
    20_000,
  ],
  [
    'obeys Retry-After before the first look',
    [],
    { elapsedMs: 0, retryAfterMs: 2000, random: 0 },
    2000,
    2000,
  ],
  [
    'spreads those who were told the same',
    [],
    { elapsedMs: 8000, lookedMs: 7850, retryAfterMs: 20_000, random: 1 },
    22_000,
    22_000,
  ],
  ['is not hurried by Retry-After', [], { elapsedMs: 1400, lookedMs: 1250, retryAfterMs: 100 }, 1700, 2100],
];

describe('the expecting pace', () => {
  test.each(cases)('%s', (_, before, facts, least, most) => {
    const wait = expectingPace(new Expectation(before))({
      elapsedMs: 0,
      random: 0.5,
      ...facts,
    });
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
  });

  test('lets the first task of a batch that ends wake the others', () => {
    const expectation = new Expectation();
    const pace = expectingPace(expectation);
    const waiting = { lookedMs: 0, random: 0.5 };
    expect(pace({ ...waiting, elapsedMs: 900 })).toBeGreaterThan(300);
    expectation.learn(900);
    expect(pace({ ...waiting, elapsedMs: 900 })).toBe(60);
  });

  test('is always a time to wait, whatever the clock, the record and the headers say', () => {
    fc.assert(
      fc.property(anyDurations, anyFacts, (before, facts) => {
        const wait = expectingPace(new Expectation(before))(facts);
        expect(wait).toBeGreaterThan(facts.lookedMs === undefined ? -1 : 59.9);
        expect(wait).toBeLessThanOrEqual(Math.max(10_000, 1.1 * obeyed(facts)));
      }),
    );
  });

  test('never looks before Retry-After is over', () => {
    fc.assert(
      fc.property(anyDurations, anyFacts, (before, facts) => {
        expect(expectingPace(new Expectation(before))(facts)).toBeGreaterThanOrEqual(obeyed(facts));
      }),
    );
  });

  test('is due no later when it is asked again later', () => {
    fc.assert(
      fc.property(
        anyDurations,
        upTo(600_000),
        upTo(10_000),
        upTo(10_000),
        chance,
        (before, lookedMs, a, b, random) => {
          const pace = expectingPace(new Expectation(before));
          const [sooner, later] = [Math.min(a, b), Math.max(a, b)];
          const wait = pace({ elapsedMs: lookedMs + sooner, lookedMs, random });
          expect(pace({ elapsedMs: lookedMs + later, lookedMs, random })).toBeLessThanOrEqual(wait + 1e-6);
        },
      ),
    );
  });

  test('waits no less where chance says later', () => {
    fc.assert(
      fc.property(anyDurations, upTo(600_000), chance, chance, (before, elapsedMs, a, b) => {
        const pace = expectingPace(new Expectation(before));
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((random) =>
          pace({ elapsedMs, lookedMs: elapsedMs, random }),
        );
        expect(low).toBeLessThanOrEqual(high ?? Number.NaN);
      }),
    );
  });
});

describe('the fixed pace', () => {
  const fixed: Array<[name: string, intervalMs: number, facts: Partial<PaceFacts>, wait: number]> = [
    ['looks at once', 2000, { lookedMs: undefined }, 0],
    ['pauses after each answer', 2000, { elapsedMs: 9000, lookedMs: 3000 }, 2000],
    ['may not pause at all', 0, { lookedMs: 0 }, 0],
    ['obeys Retry-After', 2000, { lookedMs: 0, retryAfterMs: 5000 }, 5000],
    ['keeps to itself where Retry-After asks for less', 2000, { lookedMs: 0, retryAfterMs: 500 }, 2000],
    ['never overflows a timer', Number.POSITIVE_INFINITY, { lookedMs: 0 }, 86_400_000],
    ['takes no number for no pause', Number.NaN, { lookedMs: 0 }, 0],
  ];

  test.each(fixed)('%s', (_, intervalMs, facts, wait) => {
    expect(fixedPace(intervalMs)({ elapsedMs: 0, random: 0, ...facts })).toBe(wait);
  });
});

describe('the expectation', () => {
  test('is a distribution, whatever was seen', () => {
    fc.assert(
      fc.property(anyDurations, anyMoment, anyMoment, (before, a, b) => {
        const expectation = new Expectation(before);
        const [sooner, later] = [Math.min(a, b), Math.max(a, b)].map((ms) => expectation.endedBy(ms));
        expect(sooner).toBeGreaterThanOrEqual(0);
        expect(later).toBeGreaterThanOrEqual(sooner ?? Number.NaN);
        expect(later).toBeLessThanOrEqual(1);
        expect(expectation.hazard(a)).toBeGreaterThanOrEqual(0);
        expect(expectation.hazard(a)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.each([
    ['assumes some seconds', [], 7000, 8000],
    ['learns short tasks', times(20, 1500), 1400, 1600],
    ['learns long tasks', times(20, 40_000), 34_000, 42_000],
    ['learns tasks that end at once', times(20, 0), 0, 0],
    ['passes over what is no duration', [Number.NaN, Number.POSITIVE_INFINITY], 7000, 8000],
  ])('%s', (_, before, least, most) => {
    const { medianMs } = new Expectation(before);
    expect(medianMs).toBeGreaterThanOrEqual(least);
    expect(medianMs).toBeLessThanOrEqual(most);
  });

  test('learns one by one what it would have known from the start', () => {
    const expectation = new Expectation();
    for (const durationMs of bimodal) expectation.learn(durationMs);
    expect(expectation.hazard(5000)).toBe(new Expectation(bimodal).hazard(5000));
  });

  test.each([
    ['ended at the first look, at once', 0, 0, 0],
    ['ended a little before it was seen', 9000, 10_000, 9500],
    ['not before it was seen running', 9900, 10_000, 9900],
    ['nobody looked for an hour', 9000, 3_600_000, undefined],
    ['a clock that jumped back', 9000, 3000, undefined],
    ['no clock', Number.NaN, 3000, undefined],
  ])('takes from two looks how long a task took: %s', (_, runningMs, endedMs, durationMs) => {
    expect(likelyDuration(runningMs, endedMs)).toBe(durationMs);
  });
});

const chance = fc.double({ min: 0, max: 1, noNaN: true });
const upTo = (max: number) => fc.double({ min: 0, max, noNaN: true });
const anyMoment = fc.oneof(upTo(60_000), fc.double({ noNaN: true }));
const anyDurations = fc.array(fc.oneof(upTo(60_000), fc.constant(0), upTo(1e8), fc.double()), {
  maxLength: 40,
});
const anyFacts: fc.Arbitrary<PaceFacts> = fc.record({
  elapsedMs: fc.oneof(upTo(120_000), fc.double()),
  lookedMs: fc.oneof(fc.constant(undefined), upTo(120_000), fc.double()),
  retryAfterMs: fc.oneof(fc.constant(undefined), upTo(60_000), fc.double()),
  random: fc.oneof(chance, fc.double()),
});

/** What of `Retry-After` can be obeyed: a day at most, and no nonsense. */
function obeyed({ retryAfterMs = 0 }: PaceFacts): number {
  return Number.isNaN(retryAfterMs) ? 0 : Math.min(86_400_000, Math.max(0, retryAfterMs));
}
