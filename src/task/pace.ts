import type { Expectation } from './expectation.ts';

/** What is known when an answer came (or the task was accepted) and the next look is to be planned. */
export interface PaceFacts {
  /** Milliseconds since the task was accepted. */
  elapsedMs: number;
  /** When the last look left, in milliseconds since the task was accepted; `undefined` before the first. */
  lookedMs?: number | undefined;
  /** What the last answer's `Retry-After` asks for, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** 0 to 1, fresh for each look: it keeps tasks that began together from looking together. */
  random: number;
}

/** Says how many milliseconds to wait, from now, before the next look at a task. Never less than `Retry-After`. */
export type Pace = (facts: PaceFacts) => number;

/**
 * Expects an end instead of ticking. A look is worth `price` milliseconds of delay: the gap that costs least where a
 * running task ends with the chance h per millisecond is √(2 × price / h), so the next look is due once such gaps,
 * summed up since the last, make a whole one. The first is made at once where an end at once is likely enough.
 *
 * While a wait is under way it may be asked again, with the same `random` and the `elapsedMs` of now: where the
 * expectation has learned since, as in a batch whose first task has just ended, the answer may be sooner.
 */
export function expectingPace(expectation: Expectation): Pace {
  return (facts) => {
    const elapsed = atLeast(0, facts.elapsedMs);
    const price = priceOf(expectation);
    const share = 1 + jitter * (between01(facts.random) - 0.5);
    // Counted from when the last look left, so that a slow line doesn't stretch the pace.
    const looked = Math.min(elapsed, atLeast(0, facts.lookedMs ?? 0));
    const first = facts.lookedMs === undefined;
    let wait = atLeast(first ? 0 : shortestMs, dueAfter(looked, share, expectation, price) - elapsed);
    if (first && expectation.endedBy(elapsed) * wait > price) wait = 0;
    return obeying(facts, wait);
  };
}

/** Looks at once, then `intervalMs` milliseconds after each answer: what `--poll-interval` asks for. */
export function fixedPace(intervalMs: number): Pace {
  const interval = Math.min(longestObeyedMs, atLeast(0, intervalMs));
  return (facts) => obeying(facts, facts.lookedMs === undefined ? 0 : interval);
}

/** Between two looks, and between an answer and the next look. */
const shortestMs = 60;
const longestMs = 10_000;
/** Beyond it a timer of Node's would overflow and fire at once. */
const longestObeyedMs = 86_400_000;
/** Gaps vary by this share, half to each side. */
const jitter = 0.3;

/** What a look is worth in milliseconds of delay. Where tasks take longer than 8 s it is up to half as dear. */
function priceOf(expectation: Expectation): number {
  return 35 * Math.min(1, Math.max(0.5, 8000 / expectation.medianMs));
}

function dueAfter(fromMs: number, share: number, expectation: Expectation, price: number): number {
  let at = fromMs;
  let missing = share;
  while (at < fromMs + longestMs) {
    const stride = 20 + at * 0.02;
    const looksPerMs = Math.sqrt(expectation.hazard(at + stride / 2) / (2 * price));
    const rate = Math.min(1 / shortestMs, Math.max(1 / longestMs, looksPerMs));
    if (rate * stride >= missing) return Math.min(fromMs + longestMs, at + missing / rate);
    missing -= rate * stride;
    at += stride;
  }
  return fromMs + longestMs;
}

function obeying(facts: PaceFacts, wait: number): number {
  const asked = Math.min(longestObeyedMs, atLeast(0, facts.retryAfterMs ?? 0));
  // Those who were told the same second don't all come back in it.
  return Math.max(wait, asked * (1 + 0.1 * between01(facts.random)));
}

/** Clocks jump and headers lie: what is no number counts as the least. */
function atLeast(least: number, value: number): number {
  return Number.isNaN(value) ? least : Math.max(least, value);
}

function between01(random: number): number {
  return Math.min(1, atLeast(0, random));
}
