import { describe, expect, test } from 'vitest';
import { Expectation } from '../../src/task/expectation.ts';
import { expectingPace } from '../../src/task/pace.ts';
import { afterTasks, play, report, runners, seeded, simulate } from '../bench/pace-simulation.ts';

describe.each([0, 150, 400])('at a round trip of %i ms the pace', (roundTripMs) => {
  const { overall, scenarios } = simulate(roundTripMs);

  test('sees ends within 0.4 × the delay of a 2 s tick, on a first run', () => {
    expect(overall.cold.delayShare).toBeLessThanOrEqual(0.4);
    expect(overall.cold.meanMs).toBeLessThanOrEqual(0.4 * overall.tick2.meanMs);
  });

  test('with 0.6 × the looks of a 0.5 s tick, on a first run', () => {
    expect(overall.cold.looksShare).toBeLessThanOrEqual(0.6);
  });

  test('does better in both once it has followed 20 tasks', () => {
    expect(overall.learned.delayShare).toBeLessThan(0.35);
    expect(overall.learned.looksShare).toBeLessThan(0.52);
    expect(overall.learned.p95Ms).toBeLessThan(overall.cold.p95Ms);
  });

  // The best schedule there is for these ten (solved for numerically) would meet both goals in each by just 1 %.
  test.each(scenarios)('is near both goals with $name', ({ figures: { cold, learned } }) => {
    expect(cold.delayShare).toBeLessThanOrEqual(0.44);
    expect(cold.looksShare).toBeLessThanOrEqual(0.63);
    expect(learned.delayShare).toBeLessThanOrEqual(0.42);
    expect(learned.looksShare).toBeLessThanOrEqual(0.57);
    expect(learned.delayShare * learned.looksShare).toBeLessThan(cold.delayShare * cold.looksShare);
  });
});

describe('a service that is quicker than any that was expected', () => {
  const delayOf = (durationMs: number, tasksBefore: number) => {
    const random = seeded(1);
    const pace = afterTasks(tasksBefore, () => durationMs, 20, random);
    const played = Array.from({ length: 200 }, () => play(pace, durationMs, 20, random));
    return played.reduce((sum, { delayMs }) => sum + delayMs, 0) / played.length;
  };

  test.each([
    ['answers at once, first run', 0, 0, 10],
    ['answers at once, after 20 tasks', 0, 20, 10],
    ['takes 1 s, first run', 1000, 0, 600],
    ['takes 1 s, after 20 tasks', 1000, 20, 250],
    ['takes 1.5 s, first run', 1500, 0, 1900],
    ['takes 1.5 s, after 20 tasks', 1500, 20, 250],
  ])('is not punished where it %s', (_, durationMs, tasksBefore, mostMs) => {
    expect(delayOf(durationMs, tasksBefore)).toBeLessThanOrEqual(mostMs);
  });

  test('makes few looks more where it has turned slow', () => {
    const pace = afterTasks(40, () => 3000, 150, seeded(1));
    expect(play(pace, 600_000, 150, seeded(1)).looks).toBeLessThan(
      play(coldPace, 600_000, 150, seeded(1)).looks * 1.2,
    );
  });

  const coldPace = expectingPace(new Expectation());
});

test('prints the frontier with ours and the four peers', () => {
  const text = report(simulate(150, 50));
  for (const name of Object.values(runners)) expect(text).toContain(name);
  expect(text).not.toContain('NaN');
});
