import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';

export const modelsCommand: Declaration = {
  name: 'models',
  summary: 'list models, ratios and live prices',
  about:
    'List the models with their ratios and current prices. The prices come from the service; no key is needed.',
  flags: withFlags('sandbox'),
  examples: ['models', "models --json | jq -r 'select(.price.unit_price_cents <= 5) | .model'"],
  async run(context, _words, flags: { sandbox?: boolean }) {
    const { listModels } = await import('./run.ts');
    return listModels(context, flags.sandbox);
  },
};
