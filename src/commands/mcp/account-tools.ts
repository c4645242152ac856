import { array, looseObject, nullable, number, strictObject, string } from 'zod/mini';
import { argument } from './arguments.ts';
import type { Declaration } from './tool.ts';

const nothing = strictObject({});

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true } as const;

const filtered = strictObject({
  filter: argument(
    string(),
    'Only models with these words in their name, service or action: flux, edit_image. Default: all, which are dozens.',
  ),
});

export const listModelsTool: Declaration<typeof filtered> = {
  name: 'list_models',
  title: 'List image models and prices',
  description:
    'The models of generate_image: service, status, what a picture costs now, and by its actions whether each makes ' +
    'pictures from text (text_to_image) or from pictures (edit_image, remix_image).',
  input: filtered,
  annotations,
};

/** What `list_models` answers. Fields may be added in later versions. */
export const modelsShape = looseObject({
  models: array(
    looseObject({
      model: string(),
      service: nullable(string()),
      actions: array(string()),
      status: nullable(string()),
      ratios: array(string()),
      price: nullable(
        looseObject({
          currency: string(),
          unit_price_cents: number(),
          billing_unit: string(),
          as_of: nullable(string()),
        }),
      ),
    }),
  ),
});

export const getBalanceTool: Declaration<typeof nothing> = {
  name: 'get_balance',
  title: 'Get the account balance',
  description: 'What is left on the RunAPI account, in US cents.',
  input: nothing,
  annotations,
};

/** What `get_balance` answers. */
export const balanceShape = looseObject({
  balance_cents: number(),
  paid_balance_cents: nullable(number()),
  bonus_balance_cents: nullable(number()),
  spent_cents_today: nullable(number()),
  spent_cents_total: nullable(number()),
  currency: string(),
});
