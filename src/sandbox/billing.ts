import type { Progress } from './progress.ts';
import type { SandboxTask } from './task-book.ts';

/** What a task costs: reserved at once, charged when it completes, given back when it fails. */
export interface Billing {
  reservation: { amount_cents: number };
  settlement: {
    charged_amount_cents: number;
    amount_micro_cents: number;
  } | null;
  refund: { refunded_at: string } | null;
}

export function billingOf({ priceCents, endsAtMs }: SandboxTask, progress: Progress): Billing {
  return {
    reservation: { amount_cents: priceCents },
    settlement:
      progress === 'completed'
        ? {
            charged_amount_cents: priceCents,
            amount_micro_cents: priceCents * 1_000_000,
          }
        : null,
    refund: progress === 'failed' ? { refunded_at: new Date(endsAtMs).toISOString() } : null,
  };
}
