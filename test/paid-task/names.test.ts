import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../support/program.ts';
import { startService } from '../support/service.ts';

describe('where a picture goes', () => {
  test.concurrent.for([
    ['the prompt and the short id', ['커피 머그, HOT!'], /^커피-머그-hot-[a-z0-9]{8}\.png$/],
    ['a prompt without letters', ['!!!'], /^image-[a-z0-9]{8}\.png$/],
    ['a prompt that would leave the folder', ['../../etc/passwd'], /^etc-passwd-[a-z0-9]{8}\.png$/],
    ['a prompt that Windows would take for a device', ['con', '-o', '{prompt}'], /^_con\.png$/],
    ['a very long prompt', ['word '.repeat(400)], /^word(-word)+-[a-z0-9]{8}\.png$/],
    ['a name of the user', ['a', '-o', 'mug.png'], /^mug\.png$/],
    ['a name without extension', ['a', '-o', 'mug'], /^mug\.png$/],
    [
      'a template',
      ['a b', '-o', '{model}-{ratio}-{seed}-{index}-{prompt}.{ext}', '-r', '16:9', '--seed', '5'],
      /^imagen-4-16x9-5-1-a-b\.png$/,
    ],
    ['a template with nothing given', ['a', '-o', '{ratio}-{seed}'], /^default-random\.png$/],
    ['a date', ['a', '-o', '{date}'], /^\d{4}-\d\d-\d\d\.png$/],
    ['braces', ['a', '-o', '{{x}}'], /^\{x\}\.png$/],
  ] as Array<[string, string[], RegExp]>)('%s', async ([, words, name], { onTestFinished }) => {
    const service = await startService({ runningLooks: 0 }, onTestFinished);
    const machine = await newMachine(onTestFinished);
    const { exitCode, stdout } = await run(machine, ['generate', '--base-url', service.url, ...words]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(name);
    expect(await filesIn(machine.folder)).toEqual([stdout]);
    expect(await readFile(join(machine.folder, stdout))).toEqual(service.picture);
  });

  test.concurrent.for([
    ['a folder that is missing', ['--dir', 'shots/new', '-o', 'a.png'], 'shots/new/a.png'],
    ['a folder in the name', ['-o', 'deep/er/a.png'], 'deep/er/a.png'],
    ['a folder of words', ['-o', '{model}/{ratio}/a'], 'imagen-4/default/a.png'],
    ['a folder that is there', ['-o', 'there'], /^there\/x-[a-z0-9]{8}\.png$/],
    ['a folder with a slash', ['-o', 'new/'], /^new\/x-[a-z0-9]{8}\.png$/],
  ] as Array<[string, string[], string | RegExp]>)('%s', async ([, words, path], { onTestFinished }) => {
    const service = await startService({ runningLooks: 0 }, onTestFinished);
    const machine = await newMachine(onTestFinished);
    await mkdir(join(machine.folder, 'there'));
    const { exitCode, stdout } = await run(machine, ['generate', 'x', '--base-url', service.url, ...words]);
    expect(exitCode).toBe(0);
    if (typeof path === 'string') expect(stdout).toBe(path);
    else expect(stdout).toMatch(path);
    expect(await filesIn(machine.folder)).toContain(stdout);
  });
});

describe('a file that exists', () => {
  test('is never overwritten unasked: a free name is taken', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    await writeFile(join(machine.folder, 'a.png'), 'mine');
    const words = ['generate', 'x', '-o', 'a.png', '--new', '--base-url', service.url];
    const [second, third] = [await run(machine, words), await run(machine, words)];
    expect([second?.stdout, third?.stdout]).toEqual(['a-2.png', 'a-3.png']);
    expect(await readFile(join(machine.folder, 'a.png'), 'utf8')).toBe('mine');
  });

  test('is replaced with --overwrite', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    await writeFile(join(machine.folder, 'a.png'), 'mine');
    const { stdout } = await run(machine, ['generate', 'x', '-o', 'a.png', '--overwrite', '--base-url', service.url]);
    expect(stdout).toBe('a.png');
    expect(await readFile(join(machine.folder, 'a.png'))).toEqual(service.picture);
    expect(await filesIn(machine.folder)).toEqual(['a.png']);
  });

  test('stays, and nothing is paid, with --skip-existing', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    await writeFile(join(machine.folder, 'a.png'), 'mine');
    const words = ['generate', 'x', '-o', 'a.png', '--skip-existing', '--base-url', service.url];
    const { exitCode, stdout, stderr } = await run(machine, words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'a.png' });
    expect(stderr).toContain('exists: skipped, nothing was paid');
    expect(service.calls).toEqual([]);
    expect(await readFile(join(machine.folder, 'a.png'), 'utf8')).toBe('mine');
  });
});

test('several at once in one folder, by the same name, lose nothing', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const words = ['generate', 'x', '--count', '2', '-o', 'a.png', '--new', '--base-url', service.url];
  const runs = await Promise.all([run(machine, words), run(machine, words)]);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const names = ['a-2.png', 'a-3.png', 'a-4.png', 'a.png'];
  expect(runs.flatMap(({ stdout }) => stdout.split('\n')).sort()).toEqual(names);
  expect(await filesIn(machine.folder)).toEqual(names);
});
