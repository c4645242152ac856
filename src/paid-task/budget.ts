import type { Quote } from '../api/quote.ts';
import { Failure } from '../errors.ts';
import { microCents, microCentsText } from '../task/money.ts';
import type { Cost } from '../task/task.ts';

/** What the tasks of one call may cost together. What a task reserved counts, whatever becomes of it. */
export interface Budget {
  /** Reserves a task's quote. Throws `over_budget` where it is more than is left; nothing was sent then. */
  reserve(key: string, quote: Quote): void;
  /** The task was accepted: what the service says it reserved counts from now on. */
  settle(key: string, cost: Cost | null): void;
  /** Nothing was bought. */
  release(key: string): void;
  /** Throws `over_budget` where all these tasks together cost more than is left. */
  check(quotes: readonly Quote[]): void;
}

/** @param limit micro-cents of a US dollar */
export function createBudget(limit: number): Budget {
  const reserved = new Map<string, number>();

  function spent(): number {
    return [...reserved.values()].reduce((sum, each) => sum + each, 0);
  }

  function check(quotes: readonly Quote[]): void {
    const wanted = quotes.reduce((sum, quote) => sum + inDollars(quote), 0);
    if (spent() + wanted > limit) throw overBudget(quotes.length, wanted, spent(), limit);
  }

  return {
    check,
    reserve(key, quote) {
      check([quote]);
      reserved.set(key, inDollars(quote));
    },
    settle(key, cost) {
      const told = cost?.currency === 'USD' ? (cost.reserved_cents ?? cost.charged_cents) : null;
      if (told !== null && reserved.has(key)) reserved.set(key, microCents(told));
    },
    release: (key) => void reserved.delete(key),
  };
}

/** The failure for a task whose price is not known, for whatever reason. */
export function unknownPrice(why: unknown): Failure {
  const reason = why instanceof Error ? why.message : String(why);
  return new Failure('over_budget', `the price is unknown, so --max-cost cannot be kept: ${reason}`, {
    hint: 'Nothing was sent. Run the command again later, or without --max-cost',
    requestId: why instanceof Failure ? why.facts.requestId : undefined,
    retryable: why instanceof Failure && why.facts.retryable === true,
    cause: why,
  });
}

function inDollars({ currency, reserved_cents }: Quote): number {
  if (currency === 'USD') return microCents(reserved_cents);
  throw new Failure('over_budget', `the price is in ${currency}, and --max-cost is in US dollars`, {
    hint: 'Nothing was sent. Run the command without --max-cost to pay in that currency',
  });
}

function overBudget(count: number, wanted: number, spent: number, limit: number): Failure {
  const what = count === 1 ? 'the picture costs' : `the ${count} pictures cost`;
  const before = spent > 0 ? ` on top of ${microCentsText(spent)} reserved so far` : '';
  return new Failure(
    'over_budget',
    `${what} ${microCentsText(wanted)} now${before}: more than --max-cost ${microCentsText(limit)}`,
    {
      hint: `Nothing was sent for it. Allow more: --max-cost ${microCentsText(spent + wanted).slice(1)}`,
      details: {
        currency: 'USD',
        quoted_cents: wanted / microCents(1),
        reserved_cents: spent / microCents(1),
        max_cost_cents: limit / microCents(1),
      },
    },
  );
}
