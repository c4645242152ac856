import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const guide = '/v1/text_to_image';
const service = '/api/v1/imagen_4/text_to_image';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const mug = { model: 'imagen-4', prompt: 'mug with HELLO' };

describe('creating a task', () => {
  it('answers in the words of the guide', async () => {
    const { post } = await openSandbox();
    const answer = await post(guide, mug, { 'idempotency-key': 'one', 'x-client-request-id': 'run 7' });
    const body = await answer.json();
    expect(answer.status).toBe(200);
    expect(body).toEqual({
      task_id: expect.stringMatching(/^tsk_[0-9a-f]{12}$/),
      status: 'pending',
      model: 'imagen-4',
    });
    expect(answer.headers.get('location')).toBe(`${guide}/${body.task_id}`);
    expect(answer.headers.get('x-runapi-task-id')).toBe(body.task_id);
    expect(answer.headers.get('x-client-request-id')).toBe('run 7');
    expect(answer.headers.get('x-request-id')).toMatch(/^req_\w{32}$/);
  });

  it('answers in the words of the service', async () => {
    const { post } = await openSandbox();
    const answer = await post(service, { ...mug, model: 'imagen-4-ultra' }, { 'idempotency-key': 'one' });
    expect(await answer.json()).toEqual({
      id: expect.stringMatching(uuid),
      status: 'processing',
      task_replayed: false,
    });
  });

  it("tells what is reserved in the service's old form", async () => {
    const { post } = await openSandbox({ billing: 'old' });
    const told = await (await post(service, { ...mug, model: 'imagen-4-ultra' })).json();
    expect(told.billing).toEqual({ reservation: { amount_cents: 12 }, settlement: null, refund: null });
    expect(await (await post(guide, mug)).json()).not.toHaveProperty('billing');
  });

  it('answers the same key and body with the same task and no new charge', async () => {
    const { post, get } = await openSandbox();
    const key = { 'idempotency-key': 'one' };
    const first = await (await post(service, { ...mug, seed: 7 }, key)).json();
    const again = await (await post(service, { seed: 7, ...mug }, key)).json();
    expect(again).toMatchObject({ id: first.id, task_replayed: true });
    expect(await (await post(guide, { ...mug, seed: 7 }, key)).json()).toMatchObject({
      task_id: first.id,
      task_replayed: true,
    });
    expect(await (await get('/api/v1/me/balance')).json()).toMatchObject({ spent_cents_total: 8 });
  });

  it('answers 409 to the same key with another body', async () => {
    const { post } = await openSandbox();
    const key = { 'idempotency-key': 'one' };
    await post(guide, mug, key);
    const answer = await post(guide, { ...mug, prompt: 'another mug' }, key);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toEqual({ error: expect.stringContaining('Idempotency-Key') });
  });

  it('gives the same key the same id in another process', async () => {
    const key = { 'idempotency-key': 'one' };
    const ids = await Promise.all(
      [1, 2].map(async () => (await (await (await openSandbox()).post(service, mug, key)).json()).id),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).toMatch(uuid);
  });

  it('makes another task each time without a key', async () => {
    const { post } = await openSandbox();
    const [one, two] = await Promise.all([post(guide, mug), post(guide, mug)]);
    expect((await one.json()).task_id).not.toBe((await two.json()).task_id);
  });
});

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
