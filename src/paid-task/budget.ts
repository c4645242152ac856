import type { Quote } from '../api/quote.ts';
import { Failure } from '../errors.ts';
import { microCents, microCentsText } from '../task/money.ts';
import type { Cost } from '../task/task.ts';

/** What the tasks of one command may cost together. What one of them set aside counts, whatever becomes of it. */
export interface Budget {
  /** Sets aside what a task costs now. Throws `over_budget` where that is more than is left: nothing was sent. */
  reserve(key: string, quote: Quote): void;
  /** The task was accepted: from now on what the service says it reserved counts. */
  settle(key: string, cost: Cost | null): void;
  /** Nothing was bought. */
  release(key: string): void;
  /** Throws `over_budget` where all these tasks together cost more than is left. */
  check(quotes: readonly Quote[]): void;
}

/** @param limit micro-cents of a US dollar */
export function createBudget(limit: number): Budget {
  const aside = new Map<string, number>();

  function spent(): number {
    return [...aside.values()].reduce((sum, each) => sum + each, 0);
  }

  function check(quotes: readonly Quote[]): void {
    const wanted = quotes.reduce((sum, quote) => sum + inDollars(quote), 0);
    if (spent() + wanted > limit) throw overBudget(quotes.length, wanted, spent(), limit);
  }

  return {
    check,
    reserve(key, quote) {
      check([quote]);
      aside.set(key, inDollars(quote));
    },
    settle(key, cost) {
      const told = cost?.currency === 'USD' ? (cost.reserved_cents ?? cost.charged_cents) : null;
      if (told !== null && aside.has(key)) aside.set(key, microCents(told));
    },
    release: (key) => void aside.delete(key),
  };
}

/** The refusal of a task of which the price is not known, for whatever reason. */
export function unknownPrice(why: unknown): Failure {
  const reason = why instanceof Error ? why.message : String(why);
  return new Failure('over_budget', `the price is not known, so --max-cost cannot be kept: ${reason}`, {
    hint: 'Nothing was sent. Try again later, or leave --max-cost out',
    requestId: why instanceof Failure ? why.facts.requestId : undefined,
    retryable: why instanceof Failure && why.facts.retryable === true,
    cause: why,
  });
}

function inDollars({ currency, reserved_cents }: Quote): number {
  if (currency === 'USD') return microCents(reserved_cents);
  throw new Failure('over_budget', `the price is told in ${currency}, and --max-cost counts US dollars`, {
    hint: 'Nothing was sent. Leave --max-cost out to pay in that currency',
  });
}

function overBudget(count: number, wanted: number, spent: number, limit: number): Failure {
  const what = count === 1 ? 'the picture costs' : `the ${count} pictures cost`;
  const before = spent > 0 ? `, with ${microCentsText(spent)} set aside before` : '';
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
