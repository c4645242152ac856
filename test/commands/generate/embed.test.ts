import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';

test('repeats an embedded picture on a machine without the record; without --embed the bytes stay', async () => {
  const service = await startService();
  const flags = ['--base-url', service.url, '--poll-interval', '5ms'];
  const first = await newMachine();
  const made = await run(first, [
    'generate',
    'a "fox"\nin snow',
    '--seed',
    '7',
    '--ratio',
    '16:9',
    '--embed',
    '-o',
    'fox.png',
    ...flags,
  ]);
  expect(made).toMatchObject({ stdout: 'fox.png', exitCode: 0 });
  const plain = await run(first, ['generate', 'a mug', '-o', 'mug.png', ...flags]);
  expect(plain.exitCode).toBe(0);
  expect(await readFile(join(first.folder, 'mug.png'))).toEqual(service.picture);
  expect((await readFile(join(first.folder, 'fox.png'))).length).toBeGreaterThan(service.picture.length);

  const second = { ...(await newMachine()), folder: first.folder };
  const again = await run(second, ['generate', '--again', './fox.png', '--seed', '8', '--json', ...flags]);
  expect(JSON.parse(again.stdout)).toMatchObject({
    prompt: 'a "fox"\nin snow',
    seed: 8,
    aspect_ratio: '16:9',
    error: null,
  });
  const third = { ...(await newMachine()), folder: first.folder };
  const unknown = await run(third, ['generate', '--again', 'mug.png', ...flags]);
  expect({ ...unknown }).toMatchObject({ stdout: '', exitCode: 4 });
  expect(unknown.stderr).toContain(
    '--again mug.png: this machine has no record of that picture, and it has no sidecar and nothing embedded',
  );
});

test('keeps the picture as it came, and says so, where nothing can be embedded', async () => {
  const gif = await readFile(join(import.meta.dirname, '../../fixtures/images/still.gif'));
  const service = await startService({ pictures: [gif] });
  const machine = await newMachine();
  const words = ['generate', 'a fox', '--embed', '-o', 'fox', '--base-url', service.url, '--poll-interval', '5ms'];
  const { stdout, stderr, exitCode } = await run(machine, words);
  expect({ stdout, exitCode }).toEqual({ stdout: 'fox.gif', exitCode: 0 });
  expect(stderr).toMatch(/nothing is embedded into the picture of tsk_\w+: a GIF cannot hold a prompt/);
  expect(await readFile(join(machine.folder, 'fox.gif'))).toEqual(gif);
});
