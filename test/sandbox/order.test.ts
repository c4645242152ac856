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
