import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';

export function modelsCommand(desk: Desk): Command {
  const command = new Command('models')
    .description(
      'Lists the models with their ratios and what they cost now. The prices come from the service, without a key.',
    )
    .action(async (flags: GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { listModels } = await import('./run.ts');
        return listModels(context);
      });
    });
  return withExamples(withGlobalFlags(command), [
    'models',
    "models --json | jq -r 'select(.price.unit_price_cents <= 5) | .model'",
  ]);
}
