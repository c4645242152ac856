import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';

export function balanceCommand(desk: Desk): Command {
  const command = new Command('balance')
    .description('Prints what is left on the account that the key belongs to, in US dollars.')
    .action(async (flags: GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { showBalance } = await import('./run.ts');
        return showBalance(context);
      });
    });
  return withExamples(withGlobalFlags(command), ['balance', 'balance --json | jq .balance_cents']);
}
