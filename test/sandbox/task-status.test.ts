import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const mug = { model: 'imagen-4', prompt: 'mug' };

describe('the status of a task', () => {
  it.each(['/v1/text_to_image', '/v1/tasks'])('changes over time at %s', async (route) => {
    const { post, get, pass, url } = await openSandbox();
    const { task_id } = await (await post('/v1/text_to_image', mug)).json();
    const poll = async () => (await get(`${route}/${task_id}`)).json();
    expect(await poll()).toEqual({ task_id, status: 'pending', model: 'imagen-4' });
    pass(400);
    expect(await poll()).toEqual({ task_id, status: 'processing', model: 'imagen-4' });
    pass(900);
    expect(await poll()).toEqual({
      task_id,
      status: 'completed',
      model: 'imagen-4',
      images: [{ url: `${url}/files/${task_id}.png` }],
      usage: { cost: 0.08 },
    });
  });

  it("is never pending in the service's dialect", async () => {
    const { post, get, pass, url } = await openSandbox();
    const { id } = await (await post('/api/v1/imagen_4/text_to_image', mug)).json();
    const poll = async () => (await get(`/api/v1/imagen_4/text_to_image/${id}`)).json();
    expect(await poll()).toMatchObject({ id, status: 'processing' });
    pass(1200);
    expect(await poll()).toMatchObject({ id, status: 'completed', images: [{ url: `${url}/files/${id}.png` }] });
  });

  it('comes as a text inside on the route of all tasks', async () => {
    const { post, get, pass } = await openSandbox();
    const { id } = await (await post('/api/v1/imagen_4/text_to_image', mug)).json();
    const poll = async () => (await get(`/api/v1/tasks/${id}`)).json();
    expect(await poll()).toEqual({ id, status: 'processing', response: null });
    pass(1200);
    const { status, response } = await poll();
    expect([status, response.status, response.content_type]).toEqual(['completed', 200, 'application/json']);
    expect(JSON.parse(response.body)).toEqual(await (await get(`/api/v1/imagen_4/text_to_image/${id}`)).json());
  });

  it('tells why a task failed', async () => {
    const { make, get } = await openSandbox();
    const id = await make('mug [sandbox:fail]');
    expect(await (await get(`/api/v1/imagen_4/text_to_image/${id}`)).json()).toEqual({
      id,
      status: 'failed',
      error: 'The prompt ordered this failure.',
    });
    const wrapped = await (await get(`/api/v1/tasks/${id}`)).json();
    expect(wrapped).toMatchObject({ status: 'failed', response: { status: 200 } });
  });

  it('needs a key and a known task', async () => {
    const { get, url } = await openSandbox();
    expect((await fetch(`${url}/v1/tasks/tsk_1`)).status).toBe(401);
    const answer = await get('/v1/tasks/tsk_1');
    expect([answer.status, await answer.json()]).toEqual([404, { error: 'Task not found' }]);
  });
});

describe('the cost of a task', () => {
  it.each([
    ['imagen-4', 0.08],
    ['imagen-4-fast', 0.04],
    ['imagen-4-ultra', 0.12],
  ])('is told in dollars for %s', async (model, cost) => {
    const { make, get } = await openSandbox();
    const id = await make('mug', { model });
    expect(await (await get(`/v1/tasks/${id}`)).json()).toMatchObject({ usage: { cost } });
  });

  it('is told as reserved, charged and refunded in the old form', async () => {
    const { post, get, make, pass } = await openSandbox({ billing: 'old' });
    const costOf = async (id: string) => {
      const answer = await (await get(`/v1/tasks/${id}`)).json();
      expect(answer).not.toHaveProperty('usage');
      return answer.billing;
    };
    const reservation = { amount_cents: 8 };
    const { task_id } = await (await post('/v1/text_to_image', mug)).json();
    expect(await costOf(task_id)).toEqual({ reservation, settlement: null, refund: null });
    pass(1300);
    const settlement = { charged_amount_cents: 8, amount_micro_cents: 8_000_000 };
    expect(await costOf(task_id)).toEqual({ reservation, settlement, refund: null });
    const failed = await make('mug [sandbox:fail]');
    const refund = { refunded_at: expect.stringMatching(/^2026-06-15T12:00:0[23]\./) };
    expect(await costOf(failed)).toEqual({ reservation, settlement: null, refund });
  });
});
