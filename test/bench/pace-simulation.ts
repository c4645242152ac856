import { fixedPace, growingPace, type Pace } from '../../src/task/pace.ts';

/**
 * Plays thousands of made-up tasks, seeded, against our pace and the ticks of its peers.
 *
 * A poll leaves, reaches the service half a round trip later, and its answer is here after the whole; only then is
 * the next one planned. Delay is from the end of the task until a poll that sees it reaches the service: the way of
 * the answer is the same for all. A tick is exact: a poll leaves at once and then every 2 s. That is the tougher
 * measure for us: the peers' clients pause after the answer, so a round trip makes their polls fewer (`pause2`).
 */
export function simulate(roundTripMs = 150, tasks = 3000): Simulation {
  const scenarios = Object.entries(durations).map(([name, draw]) => playScenario(name, draw, roundTripMs, tasks));
  return { roundTripMs, scenarios, overall: overallOf(scenarios) };
}

interface Figures {
  meanMs: number;
  p95Ms: number;
  polls: number;
  /** Mean delay as a share of the 2 s tick's. */
  delayShare: number;
  /** Polls as a share of the 0.5 s tick's. */
  pollsShare: number;
}

type Runner = keyof typeof runners;

interface Scenario {
  name: string;
  figures: Record<Runner, Figures>;
}

export interface Simulation {
  roundTripMs: number;
  scenarios: Scenario[];
  /** The means over the scenarios. */
  overall: Record<Runner, Figures>;
}

export const runners = {
  ours: 'ours',
  tick2: '2 s tick (RunAPI SDK)',
  tick3: '3 s tick (RunAPI CLI)',
  tick5: '5 s tick (RunAPI MCP)',
  tick05: '0.5 s tick (Replicate, fal)',
  pause2: '2 s pause after the answer',
  pause05: '0.5 s pause after the answer',
} as const;

/** The frontier as text: the means over all scenarios, then ours in each. */
export function report(simulation: Simulation): string {
  const { roundTripMs, scenarios, overall } = simulation;
  const heads = ['mean ms', 'p95 ms', 'polls', '× delay 2 s', '× polls 0.5 s'];
  const cells = (figures: Figures) => [
    figures.meanMs.toFixed(0),
    figures.p95Ms.toFixed(0),
    figures.polls.toFixed(1),
    figures.delayShare.toFixed(2),
    figures.pollsShare.toFixed(2),
  ];
  const line = (name: string, values: string[]) => name.padEnd(40) + values.map((value) => value.padStart(14)).join('');
  return [
    `${scenarios.length} kinds of tasks of 3 to 60 s, a round trip of ${roundTripMs} ms; goal: 0.40 and 0.70`,
    line('', heads),
    ...Object.entries(runners).map(([runner, name]) => line(name, cells(overall[runner as Runner]))),
    '',
    ...scenarios.map(({ name, figures }) => line(`ours, ${name}`, cells(figures.ours))),
    '',
  ].join('\n');
}

/** One task of `durationMs`, followed to its end. */
export function play(pace: Pace, durationMs: number, roundTripMs: number, random: () => number): Played {
  let elapsedMs = 0;
  let polledMs: number | undefined;
  for (let polls = 1; ; polls++) {
    const leavesMs = elapsedMs + pace({ elapsedMs, polledMs, random: random() });
    const delayMs = leavesMs + roundTripMs / 2 - durationMs;
    if (delayMs >= 0) return { delayMs, polls };
    polledMs = leavesMs;
    elapsedMs = leavesMs + roundTripMs;
  }
}

interface Played {
  delayMs: number;
  polls: number;
}

type Draw = (random: () => number) => number;

function playScenario(name: string, draw: Draw, roundTripMs: number, tasks: number): Scenario {
  const random = seeded(20_260_704);
  const lasting = Array.from({ length: tasks }, () => draw(random));
  const measure = (pace: Pace) => {
    const played = lasting.map((durationMs) => play(pace, durationMs, roundTripMs, random));
    const delays = played.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
    return {
      meanMs: mean(delays),
      p95Ms: delays[Math.floor(delays.length * 0.95)] ?? Number.NaN,
      polls: mean(played.map(({ polls }) => polls)),
    };
  };
  const measured = {
    ours: measure(growingPace),
    tick2: measure(tick(2000)),
    tick3: measure(tick(3000)),
    tick5: measure(tick(5000)),
    tick05: measure(tick(500)),
    pause2: measure(fixedPace(2000)),
    pause05: measure(fixedPace(500)),
  };
  return {
    name,
    figures: mapRunners((runner) => ({
      ...measured[runner],
      delayShare: measured[runner].meanMs / measured.tick2.meanMs,
      pollsShare: measured[runner].polls / measured.tick05.polls,
    })),
  };
}

function tick(periodMs: number): Pace {
  return ({ elapsedMs, polledMs }) => (polledMs === undefined ? 0 : Math.max(0, polledMs + periodMs - elapsedMs));
}

function overallOf(scenarios: Scenario[]): Record<Runner, Figures> {
  return mapRunners((runner) => {
    const over = (figure: keyof Figures) => mean(scenarios.map(({ figures }) => figures[runner][figure]));
    return {
      meanMs: over('meanMs'),
      p95Ms: over('p95Ms'),
      polls: over('polls'),
      delayShare: over('delayShare'),
      pollsShare: over('pollsShare'),
    };
  });
}

function mapRunners(figuresOf: (runner: Runner) => Figures): Record<Runner, Figures> {
  const names = Object.keys(runners) as Runner[];
  return Object.fromEntries(names.map((runner) => [runner, figuresOf(runner)])) as Record<Runner, Figures>;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** mulberry32: the same numbers on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const logNormal =
  (medianMs: number, spread: number): Draw =>
  (random) =>
    medianMs * Math.exp(spread * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

const pareto =
  (leastMs: number, tail: number): Draw =>
  (random) =>
    leastMs * (1 - random()) ** (-1 / tail);

const either =
  (share: number, one: Draw, other: Draw): Draw =>
  (random) =>
    random() < share ? one(random) : other(random);

/** Drawn again until it lies between 3 and 60 s. */
const within =
  (draw: Draw): Draw =>
  (random) => {
    for (;;) {
      const durationMs = draw(random);
      if (durationMs >= 3000 && durationMs <= 60_000) return durationMs;
    }
  };

const durations: Record<string, Draw> = {
  'log-normal, 5 s': within(logNormal(5000, 0.35)),
  'log-normal, 8 s': within(logNormal(8000, 0.35)),
  'log-normal, 12 s': within(logNormal(12_000, 0.4)),
  'log-normal, 24 s': within(logNormal(24_000, 0.35)),
  'log-normal, 40 s': within(logNormal(40_000, 0.25)),
  'log-normal, wide, 12 s': within(logNormal(12_000, 0.8)),
  'bimodal, 6 and 22 s': within(either(0.7, logNormal(6000, 0.15), logNormal(22_000, 0.15))),
  'bimodal, 10 and 40 s': within(either(0.5, logNormal(10_000, 0.15), logNormal(40_000, 0.15))),
  'heavy tail from 3 s': within(pareto(3000, 1.2)),
  'heavy tail behind 8 s': within(either(0.8, logNormal(8000, 0.25), pareto(8000, 0.5))),
};
