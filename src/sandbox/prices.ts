import { createHash } from 'node:crypto';
import { type Model, models } from '../request/models.ts';
import { type Answer, type Call, hasCurrent, jsonAnswer, Refusal } from './call.ts';
import type { TaskBook } from './task-book.ts';

/** The sandbox's prices of a task, in cents: as seen in mid 2026. The service's own may change. */
export const priceCents: Readonly<Record<Model, number>> = {
  'imagen-4': 8,
  'imagen-4-fast': 4,
  'imagen-4-ultra': 12,
};

const names = ['service', 'action', 'model'] as const;
type Filter = { [name in (typeof names)[number]]?: unknown };

/** Answers the price list; a filter that is missing lets everything through. */
export function listPrices(call: Call, { now }: TaskBook): Answer {
  const filter = Object.fromEntries(names.map((name) => [name, call.query.get(name) ?? undefined]));
  const list = { as_of: dayOf(now()), price_schedules: schedulesFor(filter) };
  const etag = `"${createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 16)}"`;
  return hasCurrent(call, etag) ? { status: 304, headers: { ETag: etag } } : jsonAnswer(list, { ETag: etag });
}

export async function quotePrice(call: Call, { now }: TaskBook): Promise<Answer> {
  const body = ((await call.readJson()) ?? {}) as Filter;
  const asked = names.map((name) => [name, body[name] ?? ''] as const);
  const [schedule] = schedulesFor(Object.fromEntries(asked));
  if (!schedule) {
    const wrong = asked.filter(([name, value]) => schedulesFor({ [name]: value }).length === 0);
    const errors = Object.fromEntries(wrong.map(([name]) => [name, ['has no price']]));
    throw new Refusal(422, 'Validation failed', { errors });
  }
  return jsonAnswer({
    price_quote: {
      pricing_status: schedule.pricing_status,
      currency: schedule.currency,
      reservation_amount_cents: schedule.unit_price_cents,
      estimate_basis: 'fixed_price',
      as_of: dayOf(now()),
    },
  });
}

function schedulesFor(filter: Filter) {
  const schedules = models.map((model) => ({
    service: 'imagen-4',
    action: 'text_to_image',
    model,
    pricing_status: 'available',
    currency: 'USD',
    billing_unit: 'task',
    unit_price_cents: priceCents[model],
  }));
  return schedules.filter((schedule) =>
    names.every((name) => (filter[name] ?? schedule[name]) === schedule[name]),
  );
}

/** Returns the beginning of the day (UTC), so that a price list keeps its ETag until the next. */
function dayOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 10)}T00:00:00.000Z`;
}
