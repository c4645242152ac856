import { expect, test } from 'vitest';
import { newMachine } from '../../support/program.ts';
import { startAgent } from './client.ts';

test('lists four tools with schemas, and says which of them pay', async () => {
  const { client, stderr } = await startAgent(await newMachine(), ['--sandbox']);
  const { tools } = await client.listTools();
  expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint, annotations?.idempotentHint])).toEqual([
    ['generate_image', false, false],
    ['get_image', false, true],
    ['list_models', true, true],
    ['get_balance', true, true],
  ]);
  for (const { annotations, inputSchema, outputSchema } of tools) {
    expect(annotations).toMatchObject({ openWorldHint: true, destructiveHint: false });
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(outputSchema).toMatchObject({ type: 'object', required: expect.any(Array) });
  }
  const [generate] = tools;
  expect(generate?.inputSchema.required).toEqual(['prompt']);
  expect(Object.keys(generate?.inputSchema.properties ?? {})).toContain('image_paths');
  for (const field of Object.values(generate?.inputSchema.properties ?? {})) {
    expect(field).toHaveProperty('description');
  }
  expect(client.getServerVersion()).toMatchObject({ name: 'runapi-imagen' });
  expect(client.getInstructions()).toContain('get_image');
  expect(stderr()).toBe('');
});

test('asks for the fields that other models take', async () => {
  const { call } = await startAgent(await newMachine(), ['--sandbox']);
  const fields = { output_resolution: '2k', output_format: 'jpg', other_fields: { output_count: 2 } };
  const asked = await call('generate_image', { prompt: 'fox', model: 'nano-banana-2', wait_seconds: 0, ...fields });
  expect(asked.structuredContent).toMatchObject({
    model: 'nano-banana-2',
    resolution: '2k',
    format: 'jpg',
    set: { output_count: 2 },
    error: null,
  });
});

test('tells live prices and the balance', async () => {
  const { call } = await startAgent(await newMachine(), ['--sandbox']);
  const models = await call('list_models', {});
  expect(models.structuredContent?.models.slice(0, 3)).toMatchObject([
    { model: 'imagen-4', price: { unit_price_cents: 8, currency: 'USD' } },
    { model: 'imagen-4-fast', price: { unit_price_cents: 4 }, ratios: expect.arrayContaining(['auto']) },
    { model: 'imagen-4-ultra', price: { unit_price_cents: 12 } },
  ]);
  const { models: some } = (await call('list_models', { filter: 'flux edit_image' })).structuredContent ?? {};
  expect(some.map(({ model }: { model: string }) => model)).toContain('flux-kontext-max');
  for (const each of some)
    expect(each).toMatchObject({
      service: expect.stringContaining('flux'),
      actions: expect.arrayContaining(['edit_image']),
    });
  const balance = await call('get_balance', {});
  expect(balance.structuredContent).toMatchObject({ currency: 'USD', balance_cents: expect.any(Number) });
});
