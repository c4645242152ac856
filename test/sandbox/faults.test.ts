import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const path = '/v1/text_to_image';
const order = (word: string) => ({ model: 'imagen-4', prompt: `mug [sandbox:${word}]` });

describe('faults that a prompt orders', () => {
  it.each([
    ['402', 402, null],
    ['422', 422, null],
    ['429', 429, '1'],
    ['500', 500, null],
  ])('answers %s at every try', async (word, status, retryAfter) => {
    const { post } = await openSandbox();
    for (const key of ['one', 'one', 'two']) {
      const answer = await post(path, order(word), { 'idempotency-key': key });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
      expect(await answer.json()).toMatchObject({ error: expect.any(String) });
    }
  });

  it.each([
    ['429-once', 429],
    ['503-once', 503],
  ])('answers %s at the first try of each task', async (word, status) => {
    const { post } = await openSandbox();
    const statuses = [];
    for (const key of ['one', 'one', 'two', 'two']) {
      const answer = await post(path, order(word), { 'idempotency-key': key });
      statuses.push(answer.status);
      if (answer.status === status) expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(statuses).toEqual([status, 200, status, 200]);
  });

  it('accepts a task and breaks the connection once', async () => {
    const { post } = await openSandbox();
    const key = { 'idempotency-key': 'one' };
    await expect(post(path, order('cut-once'), key)).rejects.toThrow('fetch failed');
    expect(await (await post(path, order('cut-once'), key)).json()).toMatchObject({ task_replayed: true });
  });

  it('never ends a slow task', async () => {
    const { make, get, pass } = await openSandbox();
    const id = await make('mug [sandbox:slow]');
    pass(365 * 86_400_000);
    expect(await (await get(`/v1/tasks/${id}`)).json()).toMatchObject({ status: 'processing' });
  });

  it('loses the image of an expired task', async () => {
    const { make, get } = await openSandbox();
    const id = await make('mug [sandbox:expired]');
    expect(await (await get(`/v1/tasks/${id}`)).json()).toMatchObject({ status: 'completed' });
    expect((await get(`/files/${id}.png`)).status).toBe(410);
  });

  it('tears the image once, and Range gets the rest', async () => {
    const { make, get } = await openSandbox();
    const image = `/files/${await make('mug [sandbox:torn]')}.png`;
    const torn = await get(image);
    const length = Number(torn.headers.get('content-length'));
    const half: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of torn.body ?? []) half.push(chunk);
    })();
    await expect(reading).rejects.toThrow('terminated');
    const got = Buffer.concat(half);
    expect(got.length).toBe(length >> 1);
    const rest = await get(image, { range: `bytes=${got.length}-`, 'if-range': torn.headers.get('etag') ?? '' });
    expect(rest.status).toBe(206);
    const whole = await (await get(image)).arrayBuffer();
    expect(Buffer.concat([got, Buffer.from(await rest.arrayBuffer())]).equals(Buffer.from(whole))).toBe(true);
  });

  it('answers a page in place of the image', async () => {
    const { make, get } = await openSandbox();
    const answer = await get(`/files/${await make('mug [sandbox:not-an-image]')}.png`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await answer.text()).toMatch(/^<!doctype html>/);
  });
});
