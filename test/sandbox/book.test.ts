import { describe, expect, it } from 'vitest';
import { dayMs, openSandbox } from './open-sandbox.ts';

describe('the account', () => {
  const balance = async ({ get }: Awaited<ReturnType<typeof openSandbox>>) => (await get('/api/v1/me/balance')).json();

  it('is shown for a key only', async () => {
    const { get, url } = await openSandbox();
    expect(await (await get('/api/v1/me')).json()).toEqual({
      id: expect.toSatisfy(Number.isInteger),
      name: 'Sandbox',
      email: 'sandbox@localhost',
      account: { id: expect.toSatisfy(Number.isInteger), name: 'Sandbox', tier: 'sandbox' },
    });
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

  it('is charged with the order, and refunded for a failed task', async () => {
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

  it('pays for nothing more once it is spent', async () => {
    const { restore, post } = await openSandbox();
    const request = { model: 'imagen-4-ultra', prompt: 'mug' };
    for (let task = 0; task < 8333; task++) restore({ idempotencyKey: `${task}`, request, createdAtMs: 0 });
    expect((await post('/v1/text_to_image', request)).status).toBe(402);
    expect((await post('/v1/text_to_image', { ...request, model: 'imagen-4-fast' })).status).toBe(200);
  });
});

const mug = { model: 'imagen-4', prompt: 'mug' };

describe('the task book', () => {
  it('ends a task at once without latency', async () => {
    const { post, get } = await openSandbox({ latencyMs: 0 });
    const { task_id } = await (await post('/v1/text_to_image', mug)).json();
    expect(await (await get(`/v1/tasks/${task_id}`)).json()).toMatchObject({ status: 'completed' });
  });

  it('ends each task at its own time, within a fifth of the latency', async () => {
    const { post, get, pass } = await openSandbox({ latencyMs: 10_000 });
    const ids = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const answer = await post('/v1/text_to_image', mug, { 'idempotency-key': `run ${index}` });
        return (await answer.json()).task_id;
      }),
    );
    const ended = async () => {
      const tasks = await Promise.all(ids.map(async (id) => (await get(`/v1/tasks/${id}`)).json()));
      return tasks.filter(({ status }) => status === 'completed').length;
    };
    pass(7999);
    expect(await ended()).toBe(0);
    pass(2001);
    const half = await ended();
    expect(half).toBeGreaterThan(8);
    expect(half).toBeLessThan(32);
    pass(2000);
    expect(await ended()).toBe(40);
  });

  it('fails a share of the tasks, the same ones each time', async () => {
    const fates = await Promise.all(
      [1, 2].map(async () => {
        const { post, get, pass } = await openSandbox({ failRate: 0.5 });
        const ids = await Promise.all(
          Array.from({ length: 40 }, async (_, index) => {
            const answer = await post('/v1/text_to_image', mug, { 'idempotency-key': `run ${index}` });
            return (await answer.json()).task_id;
          }),
        );
        pass(2000);
        return Promise.all(ids.map(async (id) => (await (await get(`/v1/tasks/${id}`)).json()).status));
      }),
    );
    expect(fates[0]).toEqual(fates[1]);
    const failed = fates[0]?.filter((status) => status === 'failed').length;
    expect(failed).toBeGreaterThan(8);
    expect(failed).toBeLessThan(32);
  });
});
