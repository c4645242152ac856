import type { Cost } from './task.ts';

/** What is known of a price after one more answer: the later answer wins, fact by fact. */
export function laterCost(before: Cost | null | undefined, after: Cost | null): Cost | null {
  if (!before || !after) return after ?? before ?? null;
  return {
    currency: after.currency,
    reserved_cents: after.reserved_cents ?? before.reserved_cents,
    charged_cents: after.charged_cents ?? before.charged_cents,
    refunded: after.refunded || before.refunded,
  };
}

/** What a task that has ended cost, as far as it was told. The service does not charge for failed ones. */
export function paidCents(cost: Cost | null, failed: boolean): number {
  if (cost === null || cost.refunded) return 0;
  return cost.charged_cents ?? (failed ? 0 : (cost.reserved_cents ?? 0));
}
