import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';

export const balanceCommand: Declaration = {
  name: 'balance',
  summary: "print the account's balance",
  about: "Print the balance of the key's account, in US dollars.",
  flags: withFlags('sandbox'),
  examples: ['balance', 'balance --json | jq .balance_cents'],
  run: async (context) => (await import('./run.ts')).showBalance(context),
};
