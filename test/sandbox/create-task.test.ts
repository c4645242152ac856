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
