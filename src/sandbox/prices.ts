import { createHash } from 'node:crypto';
import { type Answer, type Call, type House, jsonAnswer } from './call.ts';
import { matchesAny } from './etag.ts';
import { schedulesFor } from './price-list.ts';
import { type FieldErrors, Refusal } from './refusal.ts';

export function listPrices({ query, headers }: Call, { now }: House): Answer {
  const [service, action, model] = ['service', 'action', 'model'].map((name) => query.get(name) ?? undefined);
  const list = {
    as_of: asOf(now()),
    price_schedules: schedulesFor({ service, action, model }),
  };
  const tag = `"${createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 16)}"`;
  if (matchesAny(headers['if-none-match'], tag)) return { status: 304, headers: { ETag: tag } };
  return jsonAnswer(list, { ETag: tag });
}

export async function quotePrice(call: Call, { now }: House): Promise<Answer> {
  const body = await call.readJson();
  const { service, action, model } = (body ?? {}) as {
    [name in 'service' | 'action' | 'model']?: unknown;
  };
  const [schedule] = schedulesFor({
    service: service ?? '',
    action: action ?? '',
    model: model ?? '',
  });
  if (!schedule) {
    throw new Refusal(422, 'Validation failed', { errors: unpriced({ service, action, model }) });
  }
  return jsonAnswer({
    price_quote: {
      pricing_status: schedule.pricing_status,
      currency: schedule.currency,
      reservation_amount_cents: schedule.unit_price_cents,
      estimate_basis: 'fixed_price',
      as_of: asOf(now()),
    },
  });
}

/** Which of the three names nothing that has a price. */
function unpriced(asked: { [name in 'service' | 'action' | 'model']: unknown }): FieldErrors {
  const wrong = Object.entries(asked).filter(
    ([name, value]) => schedulesFor({ [name]: value ?? '' }).length === 0,
  );
  return Object.fromEntries(wrong.map(([name]) => [name, ['has no price']]));
}

/** The beginning of the day (UTC): so that a price list keeps its ETag until the next. */
function asOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 10)}T00:00:00.000Z`;
}
