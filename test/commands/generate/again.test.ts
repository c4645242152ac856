import { expect, test } from 'vitest';
import { newMachine, run } from '../../support/program.ts';
import { remember } from '../../support/record.ts';
import { startService } from '../../support/service.ts';

const before = {
  prompt: 'a red fox\nin snow',
  model: 'imagen-4-fast',
  aspectRatio: '16:9',
  negativePrompt: 'people',
  seed: 7,
  id: 'tsk_before',
};
const body = {
  model: 'imagen-4-fast',
  prompt: 'a red fox\nin snow',
  aspect_ratio: '16:9',
  negative_prompt: 'people',
  seed: 7,
};

test.each([
  [[], body],
  [['a blue fox'], { ...body, prompt: 'a blue fox' }],
  [['--model', 'ultra', '--seed', '8'], { ...body, model: 'imagen-4-ultra', seed: 8 }],
  [['--ratio', '1:1', '--negative', 'trees'], { ...body, aspect_ratio: '1:1', negative_prompt: 'trees' }],
])('asks for the same again, but for %j', async (changes, sent) => {
  const service = await startService();
  const machine = await newMachine();
  await remember(machine, [before]);
  const { stderr, exitCode } = await run(machine, [
    'generate',
    '--again',
    'tsk_before',
    ...changes,
    '--base-url',
    service.url,
  ]);
  expect({ exitCode, error: /error.*/.exec(stderr)?.[0] }).toEqual({ exitCode: 0, error: undefined });
  expect(service.calls.filter(({ kind }) => kind === 'create').map((call) => JSON.parse(call.body))).toEqual([
    sent,
  ]);
});

test('asks for nothing that the settings say and the task did not', async () => {
  const service = await startService();
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'a mug', id: 'tsk_before' }]);
  await run(machine, ['config', 'set', 'ratio', '9:16']);
  await run(machine, ['generate', '--again', 'tsk_before', '--base-url', service.url]);
  expect(JSON.parse(service.calls[0]?.body ?? '')).toEqual({ model: 'imagen-4', prompt: 'a mug' });
});

test('makes several with comma lists', async () => {
  const service = await startService();
  const machine = await newMachine();
  await remember(machine, [before]);
  const { stdout } = await run(machine, [
    'generate',
    '--again',
    'tsk_before',
    '--seed',
    '1,2',
    '--base-url',
    service.url,
  ]);
  expect(stdout.split('\n')).toHaveLength(2);
});

test('stays in the sandbox with a task of the sandbox: nothing is paid', async () => {
  const service = await startService();
  const machine = await newMachine();
  await remember(machine, [{ ...before, sandbox: true }]);
  const { exitCode } = await run(machine, [
    'generate',
    '--again',
    'tsk_before',
    '--no-wait',
    '--base-url',
    service.url,
  ]);
  expect({ exitCode, calls: service.calls.length }).toEqual({ exitCode: 0, calls: 0 });
});

test('sends nothing for a task that this machine does not know', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { stdout, stderr, exitCode } = await run(machine, [
    'generate',
    '--again',
    'tsk_before',
    '--base-url',
    service.url,
  ]);
  expect({ stdout, exitCode, calls: service.calls.length }).toEqual({ stdout: '', exitCode: 4, calls: 0 });
  expect(stderr).toBe(
    'error: --again tsk_before: this machine has no record of that task (runapi-imagen history lists what it knows).\nNothing was sent. --help lists the flags',
  );
});

test('tells what is wrong with the changes', async () => {
  const machine = await newMachine();
  await remember(machine, [{ ...before, aspectRatio: 'auto' }]);
  const { stderr, exitCode } = await run(machine, [
    'generate',
    '--again',
    'tsk_before',
    '--model',
    'ultra',
    '--count',
    '0',
  ]);
  expect(exitCode).toBe(4);
  expect(stderr).toContain(
    'Invalid ratio of --again tsk_before "auto": only imagen-4-fast supports auto; imagen-4-ultra supports',
  );
  expect(stderr).toContain('Invalid --count "0"');
});
