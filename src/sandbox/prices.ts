import { createHash } from 'node:crypto';
import { isObject } from '../json.ts';
import { type Answer, type Call, hasCurrent, jsonAnswer, Refusal } from './call.ts';
import type { SandboxModel } from './models.ts';
import { centsFor } from './order.ts';
import type { TaskBook } from './task-book.ts';

const names = ['service', 'action', 'model'] as const;
type Filter = { [name in (typeof names)[number]]?: unknown };

/** Answers the price list; a filter that is missing lets everything through. */
export function listPrices(call: Call, { now, shop }: TaskBook): Answer {
  const filter = Object.fromEntries(names.map((name) => [name, call.query.get(name) ?? undefined]));
  const schedules = schedulesFor(shop, filter).map(({ sold: _, ...schedule }) => schedule);
  const list = { as_of: dayOf(now()), price_schedules: schedules };
  const etag = `"${createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 16)}"`;
  return hasCurrent(call, etag) ? { status: 304, headers: { ETag: etag } } : jsonAnswer(list, { ETag: etag });
}

export async function quotePrice(call: Call, { now, shop }: TaskBook): Promise<Answer> {
  const told = await call.readJson();
  const body = isObject(told) ? told : {};
  const asked = names.map((name) => [name, body[name] ?? ''] as const);
  const [schedule] = schedulesFor(shop, Object.fromEntries(asked));
  if (!schedule) {
    const wrong = asked.filter(([name, value]) => schedulesFor(shop, { [name]: value }).length === 0);
    const errors = Object.fromEntries(wrong.map(([name]) => [name, ['has no price']]));
    throw new Refusal(422, 'Validation failed', { errors });
  }
  const { service, action, model, pricing_status, currency, sold } = schedule;
  return jsonAnswer({
    price_quote: {
      service,
      action,
      model,
      pricing_status,
      currency,
      reservation_amount_cents: centsFor(sold, isObject(body.params) ? body.params : {}),
      estimate_basis: 'exact',
      as_of: dayOf(now()),
    },
  });
}

function schedulesFor(shop: readonly SandboxModel[], filter: Filter) {
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
      // Of what is sold by the token.
      input_price_per_1m_cents: null,
      output_price_per_1m_cents: null,
      cache_read_price_per_1m_cents: null,
      cache_write_price_per_1m_cents: null,
      cache_write_5m_price_per_1m_cents: null,
      cache_write_1h_price_per_1m_cents: null,
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
