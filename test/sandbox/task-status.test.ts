import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const mug = { model: 'imagen-4', prompt: 'mug' };

describe('following a task', () => {
  it.each(['/v1/text_to_image', '/v1/tasks'])('tells its states over time at %s', async (route) => {
    const { post, get, pass, url } = await openSandbox();
    const { task_id } = await (await post('/v1/text_to_image', mug)).json();
    const look = async () => (await get(`${route}/${task_id}`)).json();
    expect(await look()).toMatchObject({ task_id, status: 'pending', model: 'imagen-4' });
    pass(400);
    expect(await look()).toMatchObject({ status: 'processing', billing: { settlement: null } });
    pass(900);
    expect(await look()).toEqual({
      task_id,
      status: 'completed',
      model: 'imagen-4',
      images: [{ url: `${url}/files/${task_id}.png` }],
      billing: {
        reservation: { amount_cents: 8 },
        settlement: { charged_amount_cents: 8, amount_micro_cents: 8_000_000 },
        refund: null,
      },
    });
  });

  it("knows no waiting in the service's dialect", async () => {
    const { post, get, pass, url } = await openSandbox();
    const { id } = await (await post('/api/v1/imagen_4/text_to_image', mug)).json();
    const look = async () => (await get(`/api/v1/imagen_4/text_to_image/${id}`)).json();
    expect(await look()).toMatchObject({ id, status: 'processing' });
    pass(1200);
    expect(await look()).toMatchObject({
      id,
      status: 'completed',
      images: [{ url: `${url}/files/${id}.png` }],
    });
  });

  it('wraps the result as a text on the route of all tasks', async () => {
    const { post, get, pass } = await openSandbox();
    const { id } = await (await post('/api/v1/imagen_4/text_to_image', mug)).json();
    const look = async () => (await get(`/api/v1/tasks/${id}`)).json();
    expect(await look()).toEqual({ id, status: 'processing', response: null });
    pass(1200);
    const { status, response } = await look();
    expect([status, response.status, response.content_type]).toEqual(['completed', 200, 'application/json']);
    expect(JSON.parse(response.body)).toEqual(
      await (await get(`/api/v1/imagen_4/text_to_image/${id}`)).json(),
    );
  });

  it('tells why a task failed, and gives the money back', async () => {
    const { make, get } = await openSandbox();
    const id = await make('mug [sandbox:fail]');
    expect(await (await get(`/api/v1/imagen_4/text_to_image/${id}`)).json()).toEqual({
      id,
      status: 'failed',
      error: 'The prompt ordered this failure.',
      billing: {
        reservation: { amount_cents: 8 },
        settlement: null,
        refund: { refunded_at: '2026-06-15T12:00:00.967Z' },
      },
    });
    const wrapped = await (await get(`/api/v1/tasks/${id}`)).json();
    expect(wrapped).toMatchObject({ status: 'failed', response: { status: 200 } });
  });

  it('ends at once without latency', async () => {
    const { post, get } = await openSandbox({ latencyMs: 0 });
    const { task_id } = await (await post('/v1/text_to_image', mug)).json();
    expect(await (await get(`/v1/tasks/${task_id}`)).json()).toMatchObject({ status: 'completed' });
  });

  it('ends within a fifth of the latency, each task at its own time', async () => {
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

  it('lets a share of the tasks fail, the same ones each time', async () => {
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

  it('wants a key, and says of an unknown task that there is none', async () => {
    const { get, url } = await openSandbox();
    expect((await fetch(`${url}/v1/tasks/tsk_1`)).status).toBe(401);
    const answer = await get('/v1/tasks/tsk_1');
    expect([answer.status, await answer.json()]).toEqual([404, { error: 'Task not found' }]);
  });
});

describe('taking up a task of another process', () => {
  it('gives it the same id and counts its time from then', async () => {
    const key = { 'idempotency-key': 'run 7' };
    const first = await openSandbox();
    const { task_id } = await (await first.post('/v1/text_to_image', mug, key)).json();

    const second = await openSandbox();
    const createdAtMs = Date.UTC(2026, 5, 15, 11, 59);
    expect(second.restore({ idempotencyKey: 'run 7', request: mug, createdAtMs })).toBe(task_id);
    expect(await (await second.get(`/v1/tasks/${task_id}`)).json()).toMatchObject({ status: 'completed' });
    expect(await (await second.post('/v1/text_to_image', mug, key)).json()).toMatchObject({
      task_id,
      task_replayed: true,
    });
    expect(await (await second.get('/api/v1/me/balance')).json()).toMatchObject({ spent_cents_total: 8 });
  });

  it('says so where the request is none', async () => {
    const { restore } = await openSandbox();
    expect(() => restore({ idempotencyKey: 'x', request: {}, createdAtMs: 0 })).toThrowError(
      expect.objectContaining({
        code: 'validation',
        message: 'the sandbox cannot know this task again: Validation failed',
      }),
    );
  });
});
