import type { Clock } from '../world.ts';

export type Governor = ReturnType<typeof createGovernor>;

/** One refusal is for its own call to wait out. After this many in a row no call leaves before the server's time. */
const refusalsThatClose = 6;
const defaultPauseMs = 1000;
/** By chance up to two calls in seven may be refused: each pass makes up for 0.4 refusals. Beyond, ten cut the rate. */
const reliefOfPass = 0.4;
const mostPressure = 10;
/** So many answers tell what share of the calls is refused. */
const sampleSize = 30;
/** Where a lower rate leaves so much of that share, the calls are refused by chance; but no chance refuses more of them. */
const futileShare = 0.6;
const mostByChance = 0.6;
/** Calls that were on their way when the rate was cut are answered for the old one. */
const settleMs = 500;
const growthPerSecond = 1.1;
/** Faster than this there is nothing to slow down. */
const fastestPerSecond = 500;
const slowestPerSecond = 0.5;

/** Slows all calls to one server together when it refuses them for their rate, and speeds them up again. */
export function createGovernor(clock: Clock) {
  let perSecond = Number.POSITIVE_INFINITY;
  let pressure = 0;
  let cutAt = Number.NEGATIVE_INFINITY;
  let grownAt = Number.NEGATIVE_INFINITY;
  let closedUntil = 0;
  let nextAt = 0;
  let refusedInRow = 0;
  let passes: number[] = [];
  let relief = reliefOfPass;
  /** The newest answers: whether each was a refusal. */
  let answers: boolean[] = [];
  /** The last cut, until it is known what it changed. */
  let trial: { rate: number; refused: number } | undefined;

  function cut(now: number): void {
    const passedLately = passes.filter((at) => at > now - 1000).length;
    trial = { rate: perSecond, refused: refusedShare() };
    answers = [];
    perSecond = Math.max(slowestPerSecond, Math.min(perSecond * 0.75, passedLately * 0.95));
    pressure = 0;
    cutAt = grownAt = now;
  }

  function refusedShare(): number {
    return answers.filter(Boolean).length / answers.length;
  }

  /** Undoes a cut that has changed nothing. */
  function judge(isRefused: boolean): void {
    answers = [...answers.slice(1 - sampleSize), isRefused];
    if (!trial || answers.length < sampleSize) return;
    const share = refusedShare();
    const isFutile = share > trial.refused * futileShare && share <= mostByChance;
    relief = isFutile ? Math.max(relief, (1.3 * share) / (1 - share)) : reliefOfPass;
    if (isFutile) perSecond = Math.max(perSecond, trial.rate);
    trial = undefined;
  }

  return {
    /** Resolves when the next call may leave. Rejects with the signal's reason. */
    async admit(signal?: AbortSignal): Promise<void> {
      for (;;) {
        const now = clock.monotonic();
        const at = Math.max(closedUntil, nextAt);
        if (at <= now) {
          const intervalMs = 1000 / perSecond;
          // A timer that fires late doesn't lower the rate.
          nextAt = Math.max(nextAt, now - intervalMs) + intervalMs;
          return;
        }
        await clock.wait(at - now, signal);
      }
    },
    /** A call was answered, and not with a rate limit. */
    passed(): void {
      const now = clock.monotonic();
      refusedInRow = 0;
      passes = [...passes.slice(-fastestPerSecond), now];
      if (now - cutAt < settleMs) return;
      judge(false);
      pressure = Math.max(0, pressure - relief);
      if (now - grownAt < 1000) return;
      perSecond *= growthPerSecond;
      if (perSecond > fastestPerSecond) perSecond = Number.POSITIVE_INFINITY;
      grownAt = now;
    },
    /** A call was refused for its rate; `retryAfterMs` is what the server asks to wait. */
    refused(retryAfterMs = defaultPauseMs): void {
      const now = clock.monotonic();
      refusedInRow += 1;
      if (refusedInRow >= refusalsThatClose) closedUntil = Math.max(closedUntil, now + retryAfterMs);
      if (now - cutAt < settleMs) return;
      judge(true);
      pressure += 1;
      if (pressure >= mostPressure) cut(now);
    },
  };
}
