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
          currency: 'USD',
          billing_unit: 'task',
          unit_price_cents: 4,
        },
      ],
    });
  });

  it('are those of all models without a filter, and none for what is unknown', async () => {
    const { get } = await openSandbox();
    const cents = async (query: string) => {
      const { price_schedules } = await (await get(`/api/v1/price_schedules${query}`)).json();
      return price_schedules.map((price: { unit_price_cents: number }) => price.unit_price_cents);
    };
    expect(await cents('')).toEqual([8, 4, 12]);
    expect(await cents('?model=imagen-5')).toEqual([]);
  });

  it('are not sent again to who has them, until the next day', async () => {
    const { get, pass } = await openSandbox();
    const tag = (await get('/api/v1/price_schedules')).headers.get('etag') ?? '';
    const same = await get('/api/v1/price_schedules', { 'if-none-match': `"other", W/${tag}` });
    expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, tag, '']);
    pass(dayMs);
    expect((await get('/api/v1/price_schedules', { 'if-none-match': tag })).status).toBe(200);
  });

  it('are quoted before a task is posted', async () => {
    const { post } = await openSandbox();
    const answer = await post(
      '/api/v1/price_quotes',
      { ...standard, params: { prompt: 'x' } },
      { authorization: '' },
    );
    expect(await answer.json()).toEqual({
      price_quote: {
        pricing_status: 'available',
        currency: 'USD',
        reservation_amount_cents: 8,
        estimate_basis: 'fixed_price',
        as_of: '2026-06-15T00:00:00.000Z',
      },
    });
  });

  it('are not quoted for what has none', async () => {
    const { post } = await openSandbox();
    const answer = await post('/api/v1/price_quotes', { ...standard, model: 'imagen-5' });
    expect([answer.status, (await answer.json()).errors]).toEqual([422, { model: ['has no price'] }]);
  });
});

describe('the account', () => {
  const balance = async ({ get }: Awaited<ReturnType<typeof openSandbox>>) =>
    (await get('/api/v1/me/balance')).json();

  it('is told to who has a key', async () => {
    const { get, url } = await openSandbox();
    expect(await (await get('/api/v1/me')).json()).toMatchObject({ id: 'usr_sandbox' });
    expect((await fetch(`${url}/api/v1/me`)).status).toBe(401);
    expect((await fetch(`${url}/api/v1/me/balance`)).status).toBe(401);
  });

  it('goes down with each task, bonus first', async () => {
    const sandbox = await openSandbox();
    await sandbox.make('mug');
    await sandbox.make('mug', { model: 'imagen-4-ultra' });
    expect(await balance(sandbox)).toEqual({
      balance_cents: 99_980,
      paid_balance_cents: 90_000,
      bonus_balance_cents: 9980,
      spent_cents_today: 20,
      spent_cents_total: 20,
    });
    sandbox.pass(dayMs);
    expect(await balance(sandbox)).toMatchObject({ spent_cents_today: 0, spent_cents_total: 20 });
  });

  it('is charged with the order, and gets the money of a failed task back', async () => {
    const sandbox = await openSandbox({ failRate: 1 });
    await sandbox.post('/v1/text_to_image', { model: 'imagen-4', prompt: 'mug' });
    expect(await balance(sandbox)).toMatchObject({ balance_cents: 99_992 });
    sandbox.pass(2000);
    expect(await balance(sandbox)).toMatchObject({ balance_cents: 100_000, spent_cents_total: 0 });
  });

  it('is empty for the key without credits', async () => {
    const { get } = await openSandbox();
    const answer = await get('/api/v1/me/balance', { authorization: 'Bearer sandbox-no-credits' });
    expect(await answer.json()).toMatchObject({ balance_cents: 0 });
  });

  it('buys nothing more once it is spent', async () => {
    const { restore, post } = await openSandbox();
    const request = { model: 'imagen-4-ultra', prompt: 'mug' };
    for (let task = 0; task < 8333; task++) restore({ idempotencyKey: `${task}`, request, createdAtMs: 0 });
    expect((await post('/v1/text_to_image', request)).status).toBe(402);
    expect((await post('/v1/text_to_image', { ...request, model: 'imagen-4-fast' })).status).toBe(200);
  });
});
