import { json, type Order, type Service } from './service.ts';

/** What a service tells of its prices. */
export interface Tariff {
  cents?: number;
  currency?: string;
  status?: string;
  /** How the service calls itself. */
  name?: string;
}

/** Has the service answer price lists, quotes and a balance. */
export function tellPrices(service: Service, tariff: Tariff = {}): void {
  service.always('other', pricing(tariff));
}

export function pricing({
  cents = 8,
  currency = 'USD',
  status = 'available',
  name = 'imagen-4',
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
      const [model, asked] = ['model', 'service'].map((each) => url.searchParams.get(each));
      const schedule = { ...price, model, billing_unit: 'task', unit_price_cents: cents };
      const body = { as_of: '2026-11-20T00:00:00Z', price_schedules: asked === name ? [schedule] : [] };
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
