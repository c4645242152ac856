import { describe, expect, it } from 'vitest';
import { dayMs, openSandbox } from './open-sandbox.ts';

const standard = { service: 'imagen-4', action: 'text_to_image', model: 'imagen-4' };

describe('prices', () => {
  it('need no key', async () => {
    const { url } = await openSandbox();
    const answer = await fetch(
      `${url}/api/v1/price_schedules?service=imagen-4&action=text_to_image&model=imagen-4-fast`,
    );
    expect(await answer.json()).toEqual({
      as_of: '2026-06-15T00:00:00.000Z',
      price_schedules: [
        {
          ...standard,
          model: 'imagen-4-fast',
          pricing_status: 'available',
          catalog_status: 'active',
          currency: 'USD',
          billing_unit: 'per_call',
          billing_strategy: 'flat',
          unit_price_cents: 4,
          input_price_per_1m_cents: null,
          output_price_per_1m_cents: null,
          cache_read_price_per_1m_cents: null,
          cache_write_price_per_1m_cents: null,
          cache_write_5m_price_per_1m_cents: null,
          cache_write_1h_price_per_1m_cents: null,
          billing_config: {},
        },
      ],
    });
  });

  it('cover all models without a filter, and nothing unknown', async () => {
    const { get } = await openSandbox();
    const cents = async (query: string) => {
      const { price_schedules } = await (await get(`/api/v1/price_schedules${query}`)).json();
      return price_schedules.map((price: { unit_price_cents: number }) => price.unit_price_cents);
    };
    expect(await cents('?service=imagen-4&action=text_to_image')).toEqual([8, 4, 12]);
    expect((await cents('')).length).toBeGreaterThan(30);
    expect(await cents('?service=gpt-image-2')).toEqual([null, null]);
    expect(await cents('?model=imagen-5')).toEqual([]);
  });

  it('are not sent again to a client that has them, until the next day', async () => {
    const { get, pass } = await openSandbox();
    const tag = (await get('/api/v1/price_schedules')).headers.get('etag') ?? '';
    const same = await get('/api/v1/price_schedules', { 'if-none-match': `"other", W/${tag}` });
    expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, tag, '']);
    pass(dayMs);
    expect((await get('/api/v1/price_schedules', { 'if-none-match': tag })).status).toBe(200);
  });

  it('are quoted before a task is posted', async () => {
    const { post } = await openSandbox();
    const answer = await post('/api/v1/price_quotes', { ...standard, params: { prompt: 'x' } }, { authorization: '' });
    expect(await answer.json()).toEqual({
      price_quote: {
        ...standard,
        pricing_status: 'available',
        currency: 'USD',
        reservation_amount_cents: 8,
        estimate_basis: 'exact',
        as_of: '2026-06-15T00:00:00.000Z',
      },
    });
  });

  it.each([
    ['of several pictures', 'nano-banana', 'nano-banana', { output_count: 3 }, 12],
    ['of four that one task makes anyway', 'midjourney', 'midjourney-v8.1', {}, 9],
    ['of a better quality', 'gpt-image-2', 'gpt-image-2', { output_quality: 'high' }, 10],
  ])('are quoted for a task %s', async (_, service, model, params, cents) => {
    const { post } = await openSandbox();
    const body = { service, action: 'text_to_image', model, params: { prompt: 'x', ...params } };
    const told = await (await post('/api/v1/price_quotes', body)).json();
    expect(told).toMatchObject({ price_quote: { reservation_amount_cents: cents } });
  });

  it('are not quoted for an unknown model', async () => {
    const { post } = await openSandbox();
    const answer = await post('/api/v1/price_quotes', { ...standard, model: 'imagen-5' });
    expect([answer.status, (await answer.json()).errors]).toEqual([422, { model: ['has no price'] }]);
  });
});
