import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const guide = '/v1/text_to_image';
const mug = { model: 'imagen-4', prompt: 'mug with HELLO' };

describe('an order', () => {
  it.each([
    ['no model', { prompt: 'x' }, 'model'],
    ['an unknown model', { model: 'imagen-5', prompt: 'x' }, 'model'],
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
    expect(await answer.json()).toEqual({
      error: 'Validation failed',
      errors: { [field]: [expect.any(String)] },
    });
  });

  it('is refused with all wrong fields at once', async () => {
    const { post } = await openSandbox();
    const { errors } = await (await post(guide, { seed: 'x', aspect_ratio: '2:1' })).json();
    expect(Object.keys(errors)).toEqual(['model', 'prompt', 'aspect_ratio', 'seed']);
  });

  it('may have the ratio auto with the fast model', async () => {
    const { post } = await openSandbox();
    expect((await post(guide, { ...mug, model: 'imagen-4-fast', aspect_ratio: 'auto' })).status).toBe(200);
  });
});
