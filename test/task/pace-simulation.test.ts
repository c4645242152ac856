import { describe, expect, test } from 'vitest';
import { growingPace } from '../../src/task/pace.ts';
import { play, report, runners, seeded, simulate } from '../bench/pace-simulation.ts';

describe.each([0, 150, 400])('at a round trip of %i ms the pace', (roundTripMs) => {
  const { overall, scenarios } = simulate(roundTripMs);

  test('sees ends within 0.4 × the delay of a 2 s tick', () => {
    expect(overall.ours.delayShare).toBeLessThanOrEqual(0.4);
    expect(overall.ours.meanMs).toBeLessThanOrEqual(0.4 * overall.tick2.meanMs);
  });

  test('needs at most 0.7 × the polls of a 0.5 s tick', () => {
    expect(overall.ours.pollsShare).toBeLessThanOrEqual(0.7);
    expect(overall.ours.polls).toBeLessThanOrEqual(0.7 * overall.tick05.polls);
  });

  test.each(scenarios)('is near both goals with $name', ({ figures: { ours } }) => {
    expect(ours.delayShare).toBeLessThanOrEqual(0.42);
    expect(ours.pollsShare).toBeLessThanOrEqual(0.75);
  });
});

const sandboxTasks = [1200, 1300, 1400, 1500, 1600, 1700, 1800];

test.each([
  ['answers at once', [0], 0, 0],
  ['takes a second at most', [100, 500, 1000], 20, 550],
  ['takes 1.2 to 1.8 s, as the sandbox does', sandboxTasks, 0, 495],
  ['takes 1.2 to 1.8 s and is far away', sandboxTasks, 150, 495],
  ['takes 2 to 3 s', [2000, 2500, 3000], 150, 1430],
])('a service that %s is seen done soon', (_, durations, roundTripMs, mostMs) => {
  const random = seeded(1);
  for (const durationMs of durations) {
    for (let run = 0; run < 500; run++)
      expect(play(growingPace, durationMs, roundTripMs, random).delayMs).toBeLessThanOrEqual(mostMs);
  }
});

test('reports ours beside every tick', () => {
  const text = report(simulate(150, 50));
  for (const name of Object.values(runners)) expect(text).toContain(name);
  expect(text).not.toContain('NaN');
});
