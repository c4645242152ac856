import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/server.ts';
import { openSandbox } from './open-sandbox.ts';

const mug = { model: 'imagen-4', prompt: 'mug' };

describe('the server', () => {
  it('says what to do if the port is taken', async () => {
    const { url } = await openSandbox();
    const port = Number(new URL(url).port);
    await expect(startSandbox({ port, now: () => 0 })).rejects.toMatchObject({
      code: 'validation',
      message: `the sandbox cannot listen on 127.0.0.1, port ${port}: the port is taken`,
      facts: { hint: expect.stringContaining('--port') },
    });
  });

  it('answers with URLs of the host that was called', async () => {
    const { url, make, get } = await openSandbox();
    const id = await make('mug');
    const other = url.replace('127.0.0.1', 'localhost');
    const answer = await fetch(`${other}/v1/tasks/${id}`, { headers: { authorization: 'Bearer k' } });
    expect(await answer.json()).toMatchObject({ images: [{ url: `${other}/files/${id}.png` }] });
    expect(await (await get(`/v1/tasks/${id}`)).json()).toMatchObject({ images: [{ url: `${url}/files/${id}.png` }] });
  });

  it('closes while a client holds its connection open', async () => {
    const sandbox = await startSandbox({ now: () => 0 });
    await (await fetch(`${sandbox.url}/api/v1/price_schedules`)).text();
    await sandbox.close();
    await expect(fetch(sandbox.url)).rejects.toThrow('fetch failed');
  });
});

describe('restoring a task of another process', () => {
  it('keeps its id, and counts its time from then', async () => {
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

  it('keeps an id of the other dialect too', async () => {
    const key = { 'idempotency-key': 'run 8' };
    const first = await openSandbox();
    const { id } = await (await first.post('/api/v1/imagen_4/text_to_image', mug, key)).json();
    expect(id).not.toMatch(/^tsk_/);

    const second = await openSandbox();
    const createdAtMs = Date.UTC(2026, 5, 15, 11, 59);
    expect(second.restore({ id, idempotencyKey: 'run 8', request: mug, createdAtMs })).toBe(id);
    const answer = await second.get(`/api/v1/imagen_4/text_to_image/${id}`);
    expect(await answer.json()).toMatchObject({ id, status: 'completed' });
  });

  it('fails for an invalid request', async () => {
    const { restore } = await openSandbox();
    expect(() => restore({ idempotencyKey: 'x', request: {}, createdAtMs: 0 })).toThrowError(
      expect.objectContaining({
        code: 'validation',
        message: 'the sandbox cannot restore this task: Validation failed',
      }),
    );
  });
});
