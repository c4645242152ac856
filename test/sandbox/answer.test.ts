import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

describe('the API key', () => {
  it.each([
    ['no key', '', 401],
    ['the bad key', 'Bearer sandbox-bad-key', 401],
    ['the forbidden key', 'Bearer sandbox-forbidden', 403],
    ['the key without credits', 'Bearer sandbox-no-credits', 402],
  ])('is refused if it is %s', async (_, authorization, status) => {
    const { post } = await openSandbox();
    const body = { model: 'imagen-4', prompt: 'mug' };
    const answer = await post('/v1/text_to_image', body, { authorization });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
  });

  it('may be any other', async () => {
    const { get } = await openSandbox();
    expect((await get('/api/v1/me', { authorization: 'bearer x' })).status).toBe(200);
  });
});
