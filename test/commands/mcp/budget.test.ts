/** @module-tag slow */
import { expect, test } from 'vitest';
import { newMachine } from '../../support/program.ts';
import { answering, startService } from '../../support/service.ts';
import { countQuotes, tellPrices } from '../../support/tariff.ts';
import { startAgent, textOf } from './client.ts';

const picture = (at: number) => ({ prompt: `picture ${at}`, wait_seconds: 0 });
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

test('a session buys 20 pictures, and says who can allow more', async () => {
  const service = await startService();
  const { call } = await startAgent(await newMachine(), ['--base-url', service.url]);
  const answers = await Promise.all(numbers(25).map((at) => call('generate_image', picture(at))));
  expect(service.tasks.size).toBe(20);
  const refused = answers.filter(({ structuredContent }) => structuredContent?.error);
  expect(refused).toHaveLength(5);
  for (const answer of refused) {
    expect(answer.structuredContent).toMatchObject({ task_id: null, error: { code: 'over_budget' } });
    expect(textOf(answer)).toContain('this session has bought all 20 pictures that it may buy');
    expect(textOf(answer)).toContain('Only the user can raise the limit');
  }
  // What was bought is still brought.
  const { task_id } = answers.find(({ structuredContent }) => !structuredContent?.error)?.structuredContent ?? {};
  expect((await call('get_image', { task_id })).structuredContent).toMatchObject({ status: 'completed', reused: true });
});

test('a session counts pictures, not tasks: as many as a request asks for, or as many as were made', async () => {
  const { call } = await startAgent(await newMachine(), ['--sandbox', '--max-pictures', '8']);
  const ask = async (model: string, more = {}) => {
    const { structuredContent } = await call('generate_image', { prompt: 'a mug', model, ...more });
    return structuredContent?.error?.message ?? structuredContent?.images.length;
  };
  const asksForThree = { other_fields: { output_count: 3 } };
  expect(await ask('nano-banana', asksForThree)).toBe(3);
  expect(await ask('midjourney-v7')).toBe(4);
  expect(await ask('nano-banana', asksForThree)).toBe('3 pictures are more than the 1 that this session may still buy');
  expect(await ask('nano-banana')).toBe(1);
  expect(await ask('nano-banana')).toBe('this session has bought all 8 pictures that it may buy');
});

test.each([
  [['--max-cost', '0.25'], {}],
  [[], { RUNAPI_IMAGEN_MAX_COST: '0.25' }],
])('a session of %j %j spends no more than that, call after call and at once', async (flags, env) => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  Object.assign(machine.env, env);
  const { call } = await startAgent(machine, [...flags, '--base-url', service.url]);
  await Promise.all(numbers(3).map((at) => call('generate_image', picture(at))));
  const answer = await call('generate_image', picture(4));
  expect(textOf(answer)).toContain(
    'the picture costs $0.08 now on top of $0.24 reserved so far: more than this session may spend $0.25',
  );
  expect(service.tasks.size).toBe(3);
});

test('what was refused gives its share back, and what a call allows itself counts too', async () => {
  const service = await startService();
  tellPrices(service);
  service.next('create', answering(422, { error: 'no' }));
  const { call } = await startAgent(await newMachine(), ['--max-pictures', '1', '--base-url', service.url]);
  expect((await call('generate_image', picture(1))).structuredContent).toMatchObject({ error: { code: 'validation' } });
  const dear = await call('generate_image', { ...picture(2), max_cost_usd: 0.05 });
  expect(textOf(dear)).toContain('the picture costs $0.08 now: more than');
  expect(textOf(dear)).toContain('max_cost_usd');
  expect((await call('generate_image', picture(3))).structuredContent?.error).toBeNull();
  expect((await call('generate_image', picture(4))).structuredContent?.error.code).toBe('over_budget');
  expect([service.tasks.size, countQuotes(service)]).toEqual([1, 1]);
});

test.each(['-1', 'many', '1.5'])('--max-pictures %j is refused', async (count) => {
  const { run } = await import('../../support/program.ts');
  const { exitCode, stderr } = await run(await newMachine(), ['mcp', `--max-pictures=${count}`]);
  expect(stderr).toContain(`Invalid --max-pictures "${count}": use a whole number such as 20.`);
  expect(exitCode).toBe(4);
});
