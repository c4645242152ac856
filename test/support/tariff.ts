import { models } from '../../src/request/models.ts';
import { json, type Order, type Service } from './service.ts';

/** What a service tells of its prices. */
export interface Tariff {
  cents?: number;
  currency?: string;
  status?: string;
  /** How the service calls itself. */
  name?: string;
  /** Of models that are not active. */
  statuses?: Record<string, string>;
}

/** Models that no line of the program knows, their services and actions. */
const others: ReadonlyArray<readonly [string, string, ...string[]]> = [
  ['brand-new-1', 'brand-new', 'text_to_image', 'edit_image'],
  ['painter-2', 'painter', 'text_to_image'],
];

/** Has the service answer price lists, quotes and a balance. */
export function tellPrices(service: Service, tariff: Tariff = {}): void {
  service.always('other', pricing(tariff));
}

export function pricing({
  cents = 8,
  currency = 'USD',
  status = 'available',
  name = 'imagen-4',
  statuses = {},
}: Tariff): Order {
  return (call, response) => {
    const url = new URL(call.path, 'http://service');
    const price = { pricing_status: status, currency, as_of: '2026-11-20T00:00:00Z' };
    if (url.pathname === '/api/v1/price_quotes') {
      const asked = JSON.parse(call.body) as { service?: string };
      if (asked.service !== name) return json(response, 422, { error: 'unknown service' });
      return json(response, 200, { price_quote: { ...price, reservation_amount_cents: cents } });
    }
    if (url.pathname === '/api/v1/price_schedules') {
      const action = url.searchParams.get('action');
      const sold = [...models.map((model) => [model, name, 'text_to_image'] as const), ...others];
      const schedules = sold.flatMap(([model, service, ...actions]) => {
        const facts = { ...price, service, action, model, billing_unit: 'per_call', unit_price_cents: cents };
        const catalog_status = statuses[model] ?? 'active';
        return actions.includes(action ?? '') ? [{ ...facts, catalog_status, billing_strategy: 'flat' }] : [];
      });
      const body = { as_of: '2026-11-20T00:00:00Z', price_schedules: schedules };
      if (call.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
      return json(response, 200, body, { etag });
    }
    if (url.pathname === '/api/v1/me/balance') return json(response, 200, { balance_cents: 412 });
    json(response, 404, { error: 'no such route' });
  };
}

const etag = '"v1"';

/** The service was asked for prices so often. */
export function countQuotes(service: Service): number {
  return service.calls.filter(({ path }) => path === '/api/v1/price_quotes').length;
}
