import { amountText, microCents, microCentsText } from './money.ts';
import type { Cost } from './task.ts';

/** Merges two costs of a task: each known fact of the later answer wins. */
export function laterCost(before: Cost | null | undefined, after: Cost | null): Cost | null {
  if (!before || !after) return after ?? before ?? null;
  return {
    currency: after.currency,
    reserved_cents: after.reserved_cents ?? before.reserved_cents,
    charged_cents: after.charged_cents ?? before.charged_cents,
    refunded: after.refunded || before.refunded,
  };
}

/** Returns undefined where the service told no price. It does not charge for tasks that failed. */
function knownCents(cost: Cost | null, failed: boolean): number | undefined {
  if (cost?.refunded) return 0;
  return cost?.charged_cents ?? (failed ? 0 : (cost?.reserved_cents ?? undefined));
}

/** Formats the cost of a task. Unknown is not 0, and the sandbox costs nothing. */
export function costText(cost: Cost | null, task: { failed: boolean; sandbox: boolean }): string {
  if (task.sandbox) return 'sandbox';
  if (cost?.refunded) return 'refunded';
  const cents = knownCents(cost, task.failed);
  if (cents === undefined) return 'cost unknown';
  return cents === 0 && task.failed ? 'not charged' : amountText(cents, cost?.currency);
}

/** The cost of several tasks. */
export interface CostSum {
  /** In micro-cents, by currency: a sum of floating-point cents is not exact. */
  amounts: Map<string, number>;
  /** Tasks of which the service told no price. */
  unknown: number;
}

export function newSum(): CostSum {
  return { amounts: new Map(), unknown: 0 };
}

export function addCost(sum: CostSum, cost: Cost | null, failed: boolean): void {
  const cents = knownCents(cost, failed);
  const currency = cost?.currency ?? 'USD';
  if (cents === undefined) sum.unknown += 1;
  else sum.amounts.set(currency, (sum.amounts.get(currency) ?? 0) + microCents(cents));
}

/** `$0.24 + 1 of unknown cost`; empty where nothing was added. */
export function sumText({ amounts, unknown }: CostSum): string {
  const known = [...amounts].filter(([, amount]) => amount > 0 || unknown === 0);
  const texts = known.map(([currency, amount]) => microCentsText(amount, currency));
  if (unknown > 0) texts.push(texts.length > 0 ? `${unknown} of unknown cost` : 'cost unknown');
  return texts.join(' + ');
}
