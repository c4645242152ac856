import { progressOf } from './progress.ts';
import type { SandboxTask } from './task-book.ts';

/** Play money for 12,500 pictures of the standard model. */
const paidCents = 90_000;
const bonusCents = 10_000;
const dayMs = 86_400_000;

export interface Balance {
  balance_cents: number;
  paid_balance_cents: number;
  bonus_balance_cents: number;
  spent_cents_today: number;
  spent_cents_total: number;
}

/** What is left after these tasks; a task that failed cost nothing. Days are those of UTC. */
export function balanceOf(tasks: Iterable<SandboxTask>, nowMs: number): Balance {
  const today = Math.floor(nowMs / dayMs) * dayMs;
  let [total, spentToday] = [0, 0];
  for (const task of tasks) {
    if (progressOf(task, nowMs) === 'failed') continue;
    total += task.priceCents;
    if (task.createdAtMs >= today) spentToday += task.priceCents;
  }
  const fromBonus = Math.min(total, bonusCents);
  return {
    balance_cents: paidCents + bonusCents - total,
    paid_balance_cents: paidCents - (total - fromBonus),
    bonus_balance_cents: bonusCents - fromBonus,
    spent_cents_today: spentToday,
    spent_cents_total: total,
  };
}
