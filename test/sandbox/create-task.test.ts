import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const guide = '/v1/text_to_image';
const service = '/api/v1/imagen_4/text_to_image';
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
      id: expect.stringMatching(/^tsk_/),
      status: 'processing',
      task_replayed: false,
      billing: { reservation: { amount_cents: 12 }, settlement: null, refund: null },
    });
  });

  it.each([
    ['guide', service, guide],
    ['service', guide, service],
  ] as const)('speaks only the dialect of the %s where told so', async (dialect, foreign, own) => {
    const { post, get } = await openSandbox({ dialect });
    const refused = await post(foreign, mug);
    expect([refused.status, await refused.json()]).toEqual([404, { error: 'Not found' }]);
    expect((await post(own, mug)).status).toBe(200);
    expect((await get('/api/v1/price_schedules')).status).toBe(200);
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

  it('makes another task each time where there is no key', async () => {
    const { post } = await openSandbox();
    const [one, two] = await Promise.all([post(guide, mug), post(guide, mug)]);
    expect((await one.json()).task_id).not.toBe((await two.json()).task_id);
  });

  it.each([
    ['no model', { prompt: 'x' }, 'model'],
    ['a model that is none', { model: 'imagen-5', prompt: 'x' }, 'model'],
    ['no prompt', { model: 'imagen-4' }, 'prompt'],
    ['a blank prompt', { model: 'imagen-4', prompt: ' \n' }, 'prompt'],
    ['a prompt that is no text', { model: 'imagen-4', prompt: 7 }, 'prompt'],
    ['a word that orders nothing', { model: 'imagen-4', prompt: 'x [sandbox:fial]' }, 'prompt'],
    ['a ratio that is none', { ...mug, aspect_ratio: '2:1' }, 'aspect_ratio'],
    ['the ratio auto off the fast model', { ...mug, aspect_ratio: 'auto' }, 'aspect_ratio'],
    ['a seed that is no integer', { ...mug, seed: 1.5 }, 'seed'],
    ['a negative prompt that is no text', { ...mug, negative_prompt: [] }, 'negative_prompt'],
    ['a callback that is no URL', { ...mug, callback_url: 'me' }, 'callback_url'],
  ])('refuses %s and names the field', async (_, body, field) => {
    const { post } = await openSandbox();
    const answer = await post(guide, body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual({
      error: 'Validation failed',
      errors: { [field]: [expect.any(String)] },
    });
  });

  it('names all wrong fields at once', async () => {
    const { post } = await openSandbox();
    const { errors } = await (await post(guide, { seed: 'x', aspect_ratio: '2:1' })).json();
    expect(Object.keys(errors)).toEqual(['model', 'prompt', 'aspect_ratio', 'seed']);
  });

  it('takes the ratio auto with the fast model', async () => {
    const { post } = await openSandbox();
    expect((await post(guide, { ...mug, model: 'imagen-4-fast', aspect_ratio: 'auto' })).status).toBe(200);
  });

  it.each([
    ['torn JSON', '{"model":', {}, 400],
    ['JSON that is no object', '[1]', {}, 400],
    ['another content type', 'model=imagen-4', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a body above 1 MiB', { ...mug, prompt: 'x'.repeat(1024 * 1024) }, {}, 413],
    ['an idempotency key above 512 characters', mug, { 'idempotency-key': 'x'.repeat(513) }, 400],
    ['no key', mug, { authorization: '' }, 401],
    ['the bad key', mug, { authorization: 'Bearer sandbox-bad-key' }, 401],
    ['the forbidden key', mug, { authorization: 'Bearer sandbox-forbidden' }, 403],
    ['the key without credits', mug, { authorization: 'Bearer sandbox-no-credits' }, 402],
  ])('refuses %s', async (_, body, headers: Record<string, string>, status) => {
    const { post } = await openSandbox();
    const answer = await post(guide, body, headers);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
  });

  it.each([
    [guide, 'GET', 'POST'],
    ['/v1/tasks/tsk_1', 'DELETE', 'GET, HEAD'],
    ['/api/v1/me', 'POST', 'GET, HEAD'],
    ['/files/tsk_1.png', 'PUT', 'GET, HEAD'],
  ])('says on %s what it takes instead of %s', async (path, method, allowed) => {
    const { url } = await openSandbox();
    const answer = await fetch(url + path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
  });

  it.each(['/', '/v1', '/v1/tasks/', '/v1/tasks/a/b', '/v1/tasks/%2e%2e', '/files/x.jpg'])(
    'has nothing at %s',
    async (path) => {
      const { get } = await openSandbox();
      const answer = await get(path);
      expect([answer.status, await answer.json()]).toEqual([404, { error: 'Not found' }]);
    },
  );
});
