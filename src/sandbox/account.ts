import { type Answer, type Call, jsonAnswer, keyOf, refusedKeys } from './call.ts';
import { progressOf, type TaskBook } from './task-book.ts';

/** Play money for 12,500 pictures of the standard model. */
const paidCents = 90_000;
const bonusCents = 10_000;
const dayMs = 86_400_000;

export function showAccount(call: Call): Answer {
  keyOf(call);
  const account = { id: 1, name: 'Sandbox', tier: 'sandbox' };
  return jsonAnswer({ id: 1, name: 'Sandbox', email: 'sandbox@localhost', account });
}

export function showBalance(call: Call, book: TaskBook): Answer {
  const hasCredits = keyOf(call) !== refusedKeys.noCredits;
  const amounts = Object.entries(balanceOf(book)).map(([name, cents]) => [name, hasCredits ? cents : 0]);
  return jsonAnswer(Object.fromEntries(amounts));
}

/** Tells what is left after all tasks but the failed ones, which are free. Days are those of UTC. */
export function balanceOf(book: TaskBook) {
  const now = book.now();
  const paid = [...book.tasks.values()].filter((task) => progressOf(task, now) !== 'failed');
  const sum = (since: number): number =>
    paid.reduce((cents, task) => cents + (task.createdAtMs >= since ? task.order.cents : 0), 0);
  const total = sum(Number.NEGATIVE_INFINITY);
  const fromBonus = Math.min(total, bonusCents);
  return {
    balance_cents: paidCents + bonusCents - total,
    paid_balance_cents: paidCents - (total - fromBonus),
    bonus_balance_cents: bonusCents - fromBonus,
    spent_cents_today: sum(Math.floor(now / dayMs) * dayMs),
    spent_cents_total: total,
  };
}
