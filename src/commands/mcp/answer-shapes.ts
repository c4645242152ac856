import { array, looseObject, nullable, number, string } from 'zod/mini';

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

/** What `get_balance` answers. */
export const balanceShape = looseObject({
  balance_cents: number(),
  paid_balance_cents: nullable(number()),
  bonus_balance_cents: nullable(number()),
  spent_cents_today: nullable(number()),
  spent_cents_total: nullable(number()),
  currency: string(),
});
