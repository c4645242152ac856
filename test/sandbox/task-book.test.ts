import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

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
