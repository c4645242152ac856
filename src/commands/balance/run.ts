import type { Balance } from '../../api/balance.ts';
import { tryAgain } from '../../api/try-again.ts';
import type { Context } from '../../context.ts';
import { amountText } from '../../task/money.ts';

const patienceMs = 30_000;

/** Prints the balance of the key's account. */
export async function showBalance(context: Context, inSandbox = false): Promise<number> {
  const balance = await readBalance(context, inSandbox);
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

/** Throws `authentication` without a key, the service's refusal, or a network fault. */
export async function readBalance(context: Context, inSandbox = false): Promise<Balance> {
  const { askBalance } = await import('../../api/balance.ts');
  const { caller, base } = await context.api(await context.server(inSandbox));
  const { clock } = context.world;
  const deadline = context.world.deadline(patienceMs);
  const onRetry = context.reporter.retrying;
  return await tryAgain(() => askBalance(caller, base, deadline.signal), { clock, deadline, onRetry });
}
