import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const guide = '/v1/text_to_image';
const mug = { model: 'imagen-4', prompt: 'mug with HELLO' };

describe('an order', () => {
  it.each([
    ['no model', { prompt: 'x' }, 'model'],
    ['no prompt', { model: 'imagen-4' }, 'prompt'],
    ['a blank prompt', { model: 'imagen-4', prompt: ' \n' }, 'prompt'],
    ['a prompt of another type', { model: 'imagen-4', prompt: 7 }, 'prompt'],
    ['an unknown fault', { model: 'imagen-4', prompt: 'x [sandbox:fial]' }, 'prompt'],
    ['an unknown ratio', { ...mug, aspect_ratio: '2:1' }, 'aspect_ratio'],
    ['the ratio auto off the fast model', { ...mug, aspect_ratio: 'auto' }, 'aspect_ratio'],
    ['a fractional seed', { ...mug, seed: 1.5 }, 'seed'],
    ['a negative prompt of another type', { ...mug, negative_prompt: [] }, 'negative_prompt'],
    ['an invalid callback URL', { ...mug, callback_url: 'me' }, 'callback_url'],
  ])('is refused with the field named for %s', async (_, body, field) => {
    const { post } = await openSandbox();
    const answer = await post(guide, body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual({ error: 'Validation failed', errors: { [field]: [expect.any(String)] } });
  });

  it.each([
    ['unknown', { ...mug, model: 'imagen-5' }, {}],
    ['retired', mug, { retire: ['imagen-4'] }],
  ])('is refused with 400 for a model that is %s', async (_, body, options) => {
    const { post } = await openSandbox(options);
    const answer = await post(guide, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: 'Validation failed', errors: { model: [expect.any(String)] } });
  });

  it.each([
    ['a resolution', { output_resolution: '9k' }, 'output_resolution'],
    ['a format', { output_format: 'bmp' }, 'output_format'],
    ['a quality', { output_quality: 'best' }, 'output_quality'],
    ['a count', { output_count: 7 }, 'output_count'],
    ['a picture', { source_image_urls: ['mug.png'] }, 'source_image_urls'],
  ])('of another model is refused with the field named for %s', async (_, fields, field) => {
    const { post } = await openSandbox();
    const answer = await post(guide, { ...mug, model: 'nano-banana-2', ...fields });
    expect([answer.status, Object.keys((await answer.json()).errors)]).toEqual([422, [field]]);
  });

  it('may have null for what is left out', async () => {
    const { post } = await openSandbox();
    const nulls = { aspect_ratio: null, seed: null, negative_prompt: null, callback_url: null };
    expect((await post(guide, { ...mug, ...nulls })).status).toBe(200);
  });

  it('goes to the service and the action that the model belongs to', async () => {
    const { post } = await openSandbox();
    const order = { model: 'flux-2-pro-text-to-image', prompt: 'fox' };
    const statuses = ['flux_2/text_to_image', 'flux/text_to_image', 'flux_2/edit_image'].map(
      async (path) => (await post(`/api/v1/${path}`, order)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 422, 422]);
  });

  it('is refused with all wrong fields at once', async () => {
    const { post } = await openSandbox();
    const { errors } = await (await post(guide, { seed: 'x', aspect_ratio: '2:1' })).json();
    expect(Object.keys(errors).sort()).toEqual(['aspect_ratio', 'model', 'prompt', 'seed']);
  });

  it('may have the ratio auto with the fast model', async () => {
    const { post } = await openSandbox();
    expect((await post(guide, { ...mug, model: 'imagen-4-fast', aspect_ratio: 'auto' })).status).toBe(200);
  });
});

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
