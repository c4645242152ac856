import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const guide = '/v1/text_to_image';
const mug = { model: 'imagen-4', prompt: 'mug with HELLO' };

describe('a request', () => {
  it.each([
    ['torn JSON', '{"model":', {}, 400],
    ['JSON that is not an object', '[1]', {}, 400],
    ['another content type', 'model=imagen-4', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a body above 1 MiB', { ...mug, prompt: 'x'.repeat(1024 * 1024) }, {}, 413],
    ['an idempotency key above 512 characters', mug, { 'idempotency-key': 'x'.repeat(513) }, 400],
  ])('is refused for %s', async (_, body, headers: Record<string, string>, status) => {
    const { post } = await openSandbox();
    const answer = await post(guide, body, headers);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
  });
});
