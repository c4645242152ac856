/** @module-tag slow */
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { answering, json, startService } from '../../support/service.ts';
import { startAgent, startAgentOf, textOf } from './client.ts';

test.each([
  [
    'what is no name of a model',
    { prompt: 'a mug', model: 'a model' },
    'Invalid model "a model": use a name such as imagen-4; the command models lists all',
  ],
  [
    'a ratio that the model does not take',
    { prompt: 'a mug', aspect_ratio: 'auto' },
    'Invalid aspect_ratio "auto": only imagen-4-fast supports auto',
  ],
  ['an empty prompt', { prompt: '  ' }, 'prompt is empty'],
  ['a folder outside of the root', { prompt: 'a mug', folder: '../..' }, 'Invalid folder "../..": it is outside of '],
  [
    'a folder in the home',
    { prompt: 'a mug', folder: '~/.config/autostart' },
    'Invalid folder "~/.config/autostart": it is outside of ',
  ],
  ['a root', { prompt: 'a mug', folder: '/' }, 'Invalid folder "/": it is outside of '],
  [
    'several mistakes, all told at once',
    { prompt: 'a mug', model: 'fast', aspect_ratio: '2:1', max_cost_usd: -1 },
    [
      'Invalid aspect_ratio "2:1": imagen-4-fast supports 1:1, 16:9, 9:16, 3:4, 4:3 and auto; the nearest is 16:9.',
      'Invalid max_cost_usd -1: use an amount of US dollars such as 0.50.',
    ].join(' '),
  ],
])('refuses %s before anything is sent', async (_, input, said) => {
  const service = await startService();
  const { call } = await startAgentOf(service, await newMachine());
  const answer = await call('generate_image', input);
  expect(answer.isError).toBe(true);
  expect(textOf(answer)).toContain(said);
  expect(textOf(answer)).not.toContain('--');
  expect(service.calls).toEqual([]);
});

test('reads arguments as models send them: null and empty ones, numbers as text, and what no tool takes', async () => {
  const service = await startService();
  const { call } = await startAgentOf(service, await newMachine());
  const made = await call('generate_image', {
    prompt: ' a mug ',
    model: 'Imagen-4-FAST',
    aspect_ratio: '',
    seed: '42',
    folder: null,
    file_name: '',
    wait_seconds: '50',
    new: 'False',
    ratio: '16:9',
  });
  expect(made.structuredContent).toMatchObject({
    status: 'completed',
    model: 'imagen-4-fast',
    prompt: 'a mug',
    seed: 42,
    aspect_ratio: null,
  });
  expect(textOf(made)).toContain('Ignored, not an argument of this tool: ratio');
  expect((await call('list_models', { session: 'x' })).isError).toBeUndefined();
});

test('changes no letter of a list or an object that was sent as text', async () => {
  const service = await startService();
  const { call } = await startAgentOf(service, await newMachine());
  const asked = { prompt: 'a mug', model: 'flux', wait_seconds: 0, toString: 1 };
  const from = await call('generate_image', { ...asked, image_paths: '["/Missing/Fox.png"]' });
  expect(textOf(from)).toContain('/Missing/Fox.png');
  const made = await call('generate_image', { ...asked, other_fields: '{"rendering_speed":"TURBO"}' });
  expect(made.structuredContent).toMatchObject({ set: { rendering_speed: 'TURBO' } });
});

test.each([
  [401, 'authentication', 'bad key', true],
  // A host that counts failures goes on calling a server that only said no.
  [402, 'insufficient_credits', 'no credits left', undefined],
  [422, 'validation', 'prompt was refused', undefined],
])('hands on what the service says with %i', async (status, code, error, isError) => {
  const service = await startService();
  const machine = await newMachine();
  service.next('create', answering(status, { error }));
  const { call, stderr } = await startAgentOf(service, machine);
  const answer = await call('generate_image', { prompt: 'a mug' });
  expect(answer.isError).toBe(isError);
  expect(textOf(answer)).toContain(error);
  expect(answer.structuredContent).toMatchObject({ status: 'failed', task_id: null, error: { code } });
  expect(JSON.stringify(answer) + stderr()).not.toContain(machine.env.RUNAPI_API_KEY);
  expect(await filesIn(machine.folder)).toEqual([]);
});

test('names the task that failed at the model', async () => {
  const service = await startService();
  service.always('look', answering(200, { status: 'failed', error: 'the prompt shows a brand' }));
  const { call } = await startAgentOf(service, await newMachine());
  const answer = await call('generate_image', { prompt: 'a mug' });
  expect(answer.isError).toBeUndefined();
  expect(answer.structuredContent).toMatchObject({
    task_id: [...service.tasks.values()][0]?.id,
    error: { code: 'task_failed' },
    next: null,
  });
  expect(textOf(answer)).toContain('the prompt shows a brand');
});

test('a variable that the agent did not fill in counts as no key, and that is said', async () => {
  const service = await startService();
  const machine = await newMachine();
  machine.env.RUNAPI_API_KEY = `\${RUNAPI_API_KEY}`;
  const { call } = await startAgentOf(service, machine);
  const answer = await call('generate_image', { prompt: 'a mug' });
  expect(answer.isError).toBe(true);
  expect(textOf(answer)).toContain('is a placeholder that was not filled in');
  expect(service.calls).toEqual([]);
});

test('a key that comes while the server runs is found with the next call', async () => {
  const service = await startService();
  const machine = await newMachine();
  machine.env.RUNAPI_API_KEY = '';
  const { call } = await startAgentOf(service, machine);
  const before = await call('generate_image', { prompt: 'a mug' });
  expect(textOf(before)).toContain('no RunAPI key');
  await run(machine, ['config', 'set', 'api-key'], { input: 'rk_test_0123456789abcdef', stdin: 'pipe' });
  const after = await call('generate_image', { prompt: 'a mug' });
  expect(after.structuredContent).toMatchObject({ status: 'completed' });
});

test('a picture that costs more than it may is not bought', async () => {
  const { call } = await startAgent(await newMachine(), ['--sandbox']);
  const answer = await call('generate_image', { prompt: 'a mug', max_cost_usd: 0.05 });
  expect(answer.isError).toBeUndefined();
  expect(answer.structuredContent).toMatchObject({ task_id: null, error: { code: 'over_budget' } });
  expect(textOf(answer)).toContain('max_cost_usd');
  const cheaper = { prompt: 'a mug', model: 'imagen-4-fast', max_cost_usd: 0.05 };
  expect((await call('generate_image', cheaper)).structuredContent).toMatchObject({ status: 'completed' });
});

test('a folder that cannot be written is told before anything is paid', async () => {
  const service = await startService();
  const machine = await newMachine();
  await writeFile(`${machine.folder}/file`, '');
  const { call } = await startAgentOf(service, machine);
  const answer = await call('generate_image', { prompt: 'a mug', folder: 'file' });
  expect(answer.isError).toBe(true);
  expect(textOf(answer)).toContain('folder');
  expect(textOf(answer)).not.toContain('--dir');
  expect(service.calls).toEqual([]);
});

test('what is no task id is refused, and one that nobody knows is told as such', async () => {
  const service = await startService();
  const { call } = await startAgentOf(service, await newMachine());
  expect(textOf(await call('get_image', { task_id: '../etc' }))).toContain('invalid task id');
  expect(service.calls).toEqual([]);
  const answer = await call('get_image', { task_id: 'tsk_unknown' });
  expect(answer.isError).toBe(true);
  expect(answer.structuredContent).toMatchObject({ error: { code: 'not_found' } });
});

test.each<[string, Record<string, unknown>]>([
  ['the address of the picture', { images: [{ url: `https://x.invalid/${'A'.repeat(5e6)}` }] }],
  ['a picture inside the answer', { images: [{ url: `data:image/png;base64,${'A'.repeat(5e6)}` }] }],
  ['the reason of a failure', { status: 'failed', error: 'A'.repeat(5e6) }],
  ['a thousand pictures', { images: Array(1000).fill({ url: `https://x.invalid/${'A'.repeat(4000)}` }) }],
  ['a million values', { x: Array(1e6).fill({}) }],
])('an answer of megabytes is not handed on: %s', { timeout: 60_000, tags: ['slow'] }, async (_, told) => {
  const service = await startService({ runningLooks: 0 });
  service.always('look', ({ task }, response) => json(response, 200, { id: task?.id, status: 'completed', ...told }));
  const { call } = await startAgentOf(service, await newMachine());
  const { structuredContent } = await call('generate_image', { prompt: 'a mug', wait_seconds: 5 });
  const answer = await call('get_image', { task_id: structuredContent?.task_id, download: false, wait_seconds: 5 });
  expect(JSON.stringify([structuredContent, answer]).length).toBeLessThan(200_000);
});

test('details of a refusal have an end', async () => {
  const service = await startService();
  service.always('create', answering(422, { error: 'no', errors: { prompt: ['A'.repeat(5e6)] } }));
  const { call } = await startAgentOf(service, await newMachine());
  const answer = await call('generate_image', { prompt: 'a mug' });
  expect(answer.structuredContent).toMatchObject({ error: { code: 'validation', details: null } });
  expect(JSON.stringify(answer).length).toBeLessThan(5000);
});
