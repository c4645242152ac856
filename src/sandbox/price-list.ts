import { type Model, models } from '../request/models.ts';

/** Hundredths of a US dollar for a task, as seen in mid 2026. They are the sandbox's, and nobody else's: prices change. */
export const priceCents: Readonly<Record<Model, number>> = {
  'imagen-4': 8,
  'imagen-4-fast': 4,
  'imagen-4-ultra': 12,
};

export interface PriceSchedule {
  service: string;
  action: string;
  model: Model;
  pricing_status: 'available';
  currency: 'USD';
  billing_unit: 'task';
  unit_price_cents: number;
}

/** Prices of what the sandbox can do; a filter that is missing lets everything through. */
export function schedulesFor(
  filter: { [name in 'service' | 'action' | 'model']?: unknown },
): PriceSchedule[] {
  const schedules = models.map(
    (model): PriceSchedule => ({
      service: 'imagen-4',
      action: 'text_to_image',
      model,
      pricing_status: 'available',
      currency: 'USD',
      billing_unit: 'task',
      unit_price_cents: priceCents[model],
    }),
  );
  return schedules.filter((schedule) =>
    (['service', 'action', 'model'] as const).every(
      (name) => (filter[name] ?? schedule[name]) === schedule[name],
    ),
  );
}
