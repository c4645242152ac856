import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';

export const modelsCommand: Declaration = {
  name: 'models',
  summary: 'list the picture models with their live prices',
  about:
    'List the picture models of the service: name, service, price, status, and what each makes pictures from. ' +
    'No key is needed. Without a connection it is the list as it was last read.',
  words: [['[filter...]', 'only models with these words in the name, service or action']],
  flags: withFlags('sandbox'),
  examples: [
    'models',
    'models flux',
    'models edit_image',
    "models --json | jq -r 'select(.price.unit_price_cents <= 5) | .model'",
  ],
  async run(context, [words]: [string[]]) {
    const { listModels } = await import('./run.ts');
    return listModels(context, words.join(' '));
  },
};
