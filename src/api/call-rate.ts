/** How fast calls may leave, and what is known of the server's limit. */
export interface CallRate {
  perSecond: number;
  /** Refusals beyond the share that is tolerated. */
  pressure: number;
  /** Whether the refusals stopped when the rate was cut: then they come from the rate, not by chance. */
  limited: boolean;
  /** Answers still to come without a refusal until that is known. */
  onTrial: number;
  cutAt: number;
  grownAt: number;
}

interface Answer {
  /** Refused for the rate of calls (429). */
  refused: boolean;
  now: number;
  /** Calls that passed within the last second. */
  passedLately: number;
}

export const unlimited: CallRate = {
  perSecond: Number.POSITIVE_INFINITY,
  pressure: 0,
  limited: false,
  onTrial: 0,
  cutAt: Number.NEGATIVE_INFINITY,
  grownAt: Number.NEGATIVE_INFINITY,
};

/** Faster than this there is nothing to slow down. */
const fastestPerSecond = 500;
const slowestPerSecond = 0.5;
/** What the first cut leaves at least: a handful of answers says little. */
const leastFirstPerSecond = 5;
/** Calls that were on their way when the rate was cut are answered for the old one. */
const settleMs = 500;
const trialAnswers = 20;

/** By chance up to two calls in seven may be refused: each pass makes up for 0.4 refusals. */
const byChance = { relief: 0.4, most: 10 };
const atLimit = { relief: 0, most: 5 };

/**
 * Returns the rate after one more answer. Many refusals cut it. If they stop then, the server has a limit: the rate
 * grows slowly, stands still at a refusal, and a few more cut it again. If they go on, they come by chance, and the rate
 * grows fast.
 */
export function afterAnswer(before: CallRate, { refused, now, passedLately }: Answer): CallRate {
  const { perSecond, limited, onTrial, cutAt, grownAt } = before;
  if (now - cutAt < settleMs) return before;
  const { relief, most } = limited ? atLimit : byChance;
  const rate = { ...before, pressure: Math.max(0, before.pressure + (refused ? 1 : -relief)) };
  if (rate.pressure >= most) return { ...rate, ...cut(before, passedLately), cutAt: now, grownAt: now };
  if (onTrial > 0) return { ...rate, onTrial: refused ? 0 : onTrial - 1, limited: !refused && onTrial === 1 };
  if (limited && refused) return { ...rate, grownAt: now };
  if (perSecond === Number.POSITIVE_INFINITY || now - grownAt < 1000) return rate;
  const grown = perSecond * (limited ? 1 + (now - cutAt) / 100_000 : 1.5);
  return grown > fastestPerSecond ? unlimited : { ...rate, perSecond: grown, grownAt: now };
}

function cut({ perSecond, limited }: CallRate, passedLately: number): Partial<CallRate> {
  const lower = limited
    ? perSecond * 0.87
    : Math.min(perSecond * 0.75, Math.max(leastFirstPerSecond, passedLately * 0.95));
  return { perSecond: Math.max(slowestPerSecond, lower), pressure: 0, onTrial: trialAnswers };
}
