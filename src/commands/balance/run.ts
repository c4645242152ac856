import { readBalance } from '../../command-line/account.ts';
import type { Context } from '../../context.ts';
import { amountText } from '../../task/money.ts';

/** Prints the balance of the key's account. */
export async function showBalance(context: Context): Promise<number> {
  const balance = await readBalance(context);
  await context.reporter.data({ ...balance, currency: 'USD' }, amountText(balance.balance_cents));
  const facts = [
    [balance.bonus_balance_cents, 'bonus included'],
    [balance.spent_cents_today, 'spent today'],
    [balance.spent_cents_total, 'spent in total'],
  ] as const;
  const known = facts.flatMap(([cents, what]) => (cents === null ? [] : [`${amountText(cents)} ${what}`]));
  if (known.length > 0) context.reporter.note(known.join(', '));
  return 0;
}
