import { createHash } from 'node:crypto';
import { isObject } from '../json.ts';
import { type Answer, type Call, hasCurrent, invalid } from './answer.ts';
import type { Book } from './book.ts';
import { centsFor, type SandboxModel } from './shop.ts';

const names = ['service', 'action', 'model'] as const;

/** Answers the price list; a filter that is missing lets everything through. */
export function listPrices(call: Call, { now, shop }: Book): Answer {
  const filter = Object.fromEntries(names.map((name) => [name, call.query.get(name) ?? undefined]));
  const schedules = schedulesFor(shop, filter).map(({ sold: _, ...schedule }) => schedule);
  const body = { as_of: dayOf(now()), price_schedules: schedules };
  const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16)}"`;
  const headers = { ETag: etag };
  return hasCurrent(call, etag) ? { status: 304, headers } : { headers, body };
}

export async function quotePrice(call: Call, { now, shop }: Book): Promise<Answer> {
  const told = await call.readJson();
  const body = isObject(told) ? told : {};
  const asked = names.map((name) => [name, body[name] ?? ''] as const);
  const [schedule] = schedulesFor(shop, Object.fromEntries(asked));
  if (!schedule) {
    const wrong = asked.filter(([name, value]) => schedulesFor(shop, { [name]: value }).length === 0);
    throw invalid(Object.fromEntries(wrong.map(([name]) => [name, ['has no price']])));
  }
  const { service, action, model, pricing_status, currency, sold } = schedule;
  const price_quote = {
    service,
    action,
    model,
    pricing_status,
    currency,
    reservation_amount_cents: centsFor(sold, isObject(body.params) ? body.params : {}),
    estimate_basis: 'exact',
    as_of: dayOf(now()),
  };
  return { body: { price_quote } };
}

/** What is sold by the token has prices here; pictures have none. */
const tokenPrices = ['input', 'output', 'cache_read', 'cache_write', 'cache_write_5m', 'cache_write_1h'];

function schedulesFor(shop: readonly SandboxModel[], filter: Readonly<Record<string, unknown>>) {
  const schedules = shop.flatMap((sold) =>
    sold.actions.map((action) => ({
      service: sold.service,
      action,
      model: sold.model,
      pricing_status: 'available',
      catalog_status: sold.status,
      currency: 'USD',
      billing_unit: 'per_call',
      billing_strategy: sold.isFlat ? 'flat' : 'by_quality',
      unit_price_cents: sold.isFlat ? sold.cents : null,
      ...Object.fromEntries(tokenPrices.map((name) => [`${name}_price_per_1m_cents`, null])),
      billing_config: {},
      sold,
    })),
  );
  return schedules.filter((schedule) => names.every((name) => (filter[name] ?? schedule[name]) === schedule[name]));
}

/** Returns the beginning of the day (UTC), so that a price list keeps its ETag until the next. */
function dayOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 10)}T00:00:00.000Z`;
}
