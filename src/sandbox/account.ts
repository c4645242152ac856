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

interface Balance {
  balance_cents: number;
  paid_balance_cents: number;
  bonus_balance_cents: number;
  spent_cents_today: number;
  spent_cents_total: number;
}

/** Tells what is left after all tasks but the failed ones, which are free. Days are those of UTC. */
export function balanceOf(book: TaskBook): Balance {
  const nowMs = book.now();
  const today = Math.floor(nowMs / dayMs) * dayMs;
  let [total, spentToday] = [0, 0];
  for (const task of book.all()) {
    if (progressOf(task, nowMs) === 'failed') continue;
    const price = task.order.cents;
    total += price;
    if (task.createdAtMs >= today) spentToday += price;
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
