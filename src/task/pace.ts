/** The facts that the next poll is planned by. All times are in milliseconds. */
export interface PaceFacts {
  /** Since the task was accepted. */
  elapsedMs: number;
  /** When the last poll left, since the task was accepted; `undefined` before the first. */
  polledMs?: number | undefined;
  /** `Retry-After` of the last answer. */
  retryAfterMs?: number | undefined;
  /** 0 to 1, fresh for each poll. */
  random: number;
}

/** Returns how long to wait, from now, before the next poll. Never less than `Retry-After`. */
export type Pace = (facts: PaceFacts) => number;

/**
 * How long after a poll the next one leaves, by the task's age at that poll. Pictures take 3 s or more, so there is a
 * gap in the third second; what ends before it is a sandbox's or a replay.
 */
const intervals: ReadonlyArray<[untilMs: number, intervalMs: number]> = [
  [900, 500],
  [1800, 450],
  [2500, 1300],
  [60_000, 750],
  [300_000, 2000],
  [1_800_000, 5000],
];
const lastIntervalMs = 10_000;
/** After an answer, however late it came. */
const shortestMs = 60;
const jitter = 0.1;

/** Polls at once, then at intervals that grow with the age of the task. */
export const growingPace: Pace = ({ elapsedMs, polledMs, retryAfterMs, random }) => {
  if (polledMs === undefined) return spread(retryAfterMs, random);
  const [, intervalMs] = intervals.find(([untilMs]) => polledMs < untilMs) ?? [0, lastIntervalMs];
  // A slow answer doesn't stretch the interval.
  const left = polledMs + spread(intervalMs, random) - elapsedMs;
  return Math.max(shortestMs, left, spread(retryAfterMs, random));
};

/** Polls at once, then `intervalMs` after each answer: `--poll-interval`. */
export function fixedPace(intervalMs: number): Pace {
  return ({ polledMs, retryAfterMs, random }) =>
    Math.max(polledMs === undefined ? 0 : intervalMs, spread(retryAfterMs, random));
}

/** Returns `milliseconds` or a little more, so that those who wait for the same time don't return in one instant. */
export function spread(milliseconds = 0, random: number): number {
  return milliseconds * (1 + jitter * random);
}
