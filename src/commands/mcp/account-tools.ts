import { array, looseObject, nullable, number, strictObject, string } from 'zod/mini';
import type { Declaration } from './tool.ts';

const nothing = strictObject({});

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true } as const;

export const listModelsTool: Declaration<typeof nothing> = {
  name: 'list_models',
  title: 'List image models and prices',
  description: 'The models of generate_image, the aspect ratios that each takes, and what a picture costs now.',
  input: nothing,
  annotations,
};

/** What `list_models` answers. Fields may be added in later versions. */
export const modelsShape = looseObject({
  models: array(
    looseObject({
      model: string(),
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
  description: 'The balance of the RunAPI account, in US cents.',
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
