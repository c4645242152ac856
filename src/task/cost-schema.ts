import { boolean, meta, nullable, number, object, string } from 'zod/mini';

/** The cost of a task as the service reports it, in hundredths of `currency`. */
export const cost = object({
  currency: string(),
  reserved_cents: nullable(number()),
  charged_cents: nullable(number()),
  refunded: boolean(),
}).check(meta({ title: 'Cost' }));
