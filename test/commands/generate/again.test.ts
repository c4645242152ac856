/** @module-tag slow */
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Machine, newMachine, run } from '../../support/program.ts';
import { remember } from '../../support/record.ts';
import { type Service, startService } from '../../support/service.ts';

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
  expect(service.calls.filter(({ kind }) => kind === 'create').map((call) => JSON.parse(call.body))).toEqual([sent]);
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

describe('a task of the sandbox', () => {
  const said = 'warning: that task was made in the sandbox; this one is bought (--sandbox makes it there)';

  test('is bought where there is a key, and that is said', async () => {
    const service = await startService();
    const machine = await newMachine();
    await remember(machine, [{ ...before, sandbox: true }]);
    const words = ['generate', '--again', 'tsk_before', '--json', '--base-url', service.url];
    const { exitCode, stdout, stderr } = await run(machine, words);
    expect(JSON.parse(stdout)).toMatchObject({ sandbox: false, server: service.url, seed: 7 });
    expect(stderr).toContain(said);
    expect([exitCode, service.tasks.size]).toEqual([0, 1]);
  });

  test.each([
    ['--sandbox says so', ['--sandbox'], 'rk_test_0123456789abcdef'],
    ['there is no key', [], ''],
  ])('is made there again where %s', async (_, flags, key) => {
    const machine = await newMachine();
    machine.env.RUNAPI_API_KEY = key;
    await remember(machine, [{ ...before, sandbox: true }]);
    const words = ['generate', '--again', 'tsk_before', '--no-wait', '--json', ...flags];
    const { exitCode, stdout, stderr } = await run(machine, words);
    expect(JSON.parse(stdout)).toMatchObject({ sandbox: true, server: 'sandbox' });
    expect(stderr).not.toContain(said);
    expect(exitCode).toBe(0);
  });
});

describe('the server', () => {
  test.each(['flag', 'environment', 'setting'])('that the %s names wins over the one of the task', async (place) => {
    const [old, service] = [await startService(), await startService()];
    const machine = await newMachine();
    await run(machine, ['generate', 'a mug', '--base-url', old.url]);
    if (place === 'environment') machine.env.RUNAPI_BASE_URL = service.url;
    if (place === 'setting') await run(machine, ['config', 'set', 'base-url', service.url]);
    const flags = place === 'flag' ? ['--base-url', service.url] : [];
    expect((await run(machine, ['generate', '--again', 'last', ...flags])).exitCode).toBe(0);
    expect([old.tasks.size, service.tasks.size]).toEqual([1, 1]);
  });

  test('of the task counts where none is named, and no key goes there unasked', async () => {
    const old = await startService();
    const machine = await newMachine();
    await run(machine, ['generate', 'a mug', '--base-url', old.url]);
    const { exitCode, stderr } = await run(machine, ['generate', '--again', 'last']);
    expect(stderr).toContain(`error: this task is at ${old.url}, and the key is for https://runapi.ai`);
    expect([exitCode, old.tasks.size]).toEqual([2, 1]);
  });
});

describe('a task is named by', () => {
  const three = [{ prompt: 'first' }, { prompt: 'second' }, { prompt: 'third' }];

  async function asked(machine: Machine, service: Service, name: string): Promise<unknown> {
    const words = ['generate', '--again', name, '--no-wait', '--base-url', service.url];
    const { stderr, exitCode } = await run(machine, words);
    expect([exitCode, stderr]).toEqual([0, stderr]);
    return JSON.parse(service.calls[0]?.body ?? '').prompt;
  }

  test.each([
    ['last', 'third'],
    ['1', 'third'],
    ['3', 'first'],
    ['picture-1.png', 'second'],
    ['./picture-1.png', 'second'],
    ['tsk_000001', 'second'],
  ])('%s', async (name, prompt) => {
    const service = await startService();
    const machine = await newMachine();
    await remember(machine, three);
    expect(await asked(machine, service, name)).toBe(prompt);
  });

  test('its picture, wherever that was moved to', async () => {
    const service = await startService();
    const machine = await newMachine();
    await remember(machine, three);
    await rename(join(machine.folder, 'picture-0.png'), join(machine.home, 'moved.png'));
    expect(await asked(machine, service, join(machine.home, 'moved.png'))).toBe('first');
  });

  test.each(['fox.png', 'fox.png.json'])('%s, a sidecar of a colleague', async (name) => {
    const service = await startService();
    const colleague = await newMachine();
    const words = ['generate', 'a fox', '--seed', '7', '-r', '3:4', '-m', 'fast', '--negative', 'snow'];
    await run(colleague, [...words, '--sidecar', '-o', 'fox.png', '--base-url', service.url]);
    const machine = await newMachine();
    for (const file of ['fox.png', 'fox.png.json'])
      await copyFile(join(colleague.folder, file), join(machine.folder, file));
    const again = ['generate', '--again', name, '--no-wait', '--base-url', service.url];
    expect((await run(machine, again)).exitCode).toBe(0);
    const [first, second] = service.calls.filter(({ kind }) => kind === 'create').map(({ body }) => JSON.parse(body));
    expect(second).toEqual(first);
  });

  test.each([
    ['9', '--again 9: this machine has no record of that task'],
    ['nothing.png', '--again nothing.png: this machine has no record of that picture, and it has no sidecar'],
    ['other.json', '--again other.json is not a sidecar: it holds no prompt and model'],
    ['none.json', '--again none.json cannot be read; a sidecar has a name such as fox.png.json'],
  ])('%s, which is nothing', async (name, problem) => {
    const service = await startService();
    const machine = await newMachine();
    await remember(machine, three);
    await writeFile(join(machine.folder, 'other.json'), '{"prompt":1}');
    const { exitCode, stderr } = await run(machine, ['generate', '--again', name, '--base-url', service.url]);
    expect(stderr).toContain(problem);
    expect([exitCode, service.calls]).toEqual([4, []]);
  });
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
