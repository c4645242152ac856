/** @module-tag slow */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../support/program.ts';
import { smallPng, startService } from '../support/service.ts';

const wanted = ['generate', 'a mug', '--ratio', '16:9', '--seed', '7', '--negative', 'dark', '--sidecar'];

test('stands beside the picture and holds what is needed to make it again', async () => {
  const service = await startService({ dialect: 'service' });
  const machine = await newMachine();
  const words = [...wanted, '--output', 'mug.png', '--json', '--base-url', service.url];
  const { exitCode, stdout } = await run(machine, words);
  const { task_id, created_at } = JSON.parse(stdout);
  expect(exitCode).toBe(0);
  expect(await filesIn(machine.folder)).toEqual(['mug.png', 'mug.png.json']);
  expect(JSON.parse(await readFile(`${machine.folder}/mug.png.json`, 'utf8'))).toEqual({
    task_id,
    model: 'imagen-4',
    prompt: 'a mug',
    aspect_ratio: '16:9',
    negative_prompt: 'dark',
    seed: 7,
    cost: { currency: 'USD', reserved_cents: 8, charged_cents: null, refunded: false },
    sandbox: false,
    server: service.url,
    created_at,
    file: 'mug.png',
    bytes: service.picture.length,
    mime: 'image/png',
    width: 16,
    height: 16,
    sha256: createHash('sha256').update(service.picture).digest('hex'),
    program: 'runapi-imagen',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
});

test('the picture keeps the bytes that the service sent', async () => {
  const service = await startService();
  const machine = await newMachine();
  await run(machine, [...wanted, '--output', 'mug.png', '--base-url', service.url]);
  expect(await readFile(`${machine.folder}/mug.png`)).toEqual(service.picture);
});

test('each picture of a task has its own', async () => {
  const service = await startService({ pictures: [smallPng(1), smallPng(2)] });
  const machine = await newMachine();
  await run(machine, [...wanted, '--output', 'mug.png', '--base-url', service.url]);
  expect(await filesIn(machine.folder)).toEqual(['mug-2.png', 'mug-2.png.json', 'mug.png', 'mug.png.json']);
});

test('is not written where it is not asked for', async () => {
  const service = await startService();
  const machine = await newMachine();
  await run(machine, ['generate', 'a mug', '--output', 'mug.png', '--base-url', service.url]);
  expect(await filesIn(machine.folder)).toEqual(['mug.png']);
});

test('never replaces a file unasked: the picture takes a name that is free for both', async () => {
  const service = await startService();
  const machine = await newMachine();
  await writeFile(`${machine.folder}/mug.png.json`, 'mine');
  const words = [...wanted, '--output', 'mug.png', '--base-url', service.url];
  const { exitCode, stdout } = await run(machine, words);
  expect(stdout).toBe('mug-2.png');
  expect(exitCode).toBe(0);
  expect(await filesIn(machine.folder)).toEqual(['mug-2.png', 'mug-2.png.json', 'mug.png.json']);
  expect(await readFile(`${machine.folder}/mug.png.json`, 'utf8')).toBe('mine');
});

test('is replaced with --overwrite', async () => {
  const service = await startService();
  const machine = await newMachine();
  await writeFile(`${machine.folder}/mug.png.json`, 'mine');
  const words = [...wanted, '--output', 'mug.png', '--overwrite', '--base-url', service.url];
  expect((await run(machine, words)).exitCode).toBe(0);
  expect(await readFile(`${machine.folder}/mug.png.json`, 'utf8')).toContain('"prompt": "a mug"');
});

test('stands beside the picture that found its name taken, with --skip-existing too', async () => {
  const service = await startService();
  const machine = await newMachine();
  service.next('image', (_call, _response, usual) => {
    void writeFile(`${machine.folder}/mug.png`, smallPng(200)).then(usual); // another program was quicker
  });
  const words = [...wanted, '--output', 'mug.png', '--skip-existing', '--base-url', service.url];
  expect((await run(machine, words)).exitCode).toBe(0);
  expect(await filesIn(machine.folder)).toEqual(['mug-2.png', 'mug-2.png.json', 'mug.png']);
});

test('is written by the resume of a run that was let go', async () => {
  const service = await startService();
  const machine = await newMachine();
  await run(machine, [...wanted, '--output', 'mug.png', '--no-wait', '--base-url', service.url]);
  const { exitCode } = await run(machine, ['resume', '--all', '--base-url', service.url]);
  expect(exitCode).toBe(0);
  expect(await filesIn(machine.folder)).toEqual(['mug.png', 'mug.png.json']);
});

test('is written by a download that says nothing of it', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { stdout } = await run(machine, [...wanted, '--no-wait', '--base-url', service.url]);
  const words = ['download', stdout, '--wait', '--output', 'mug.png', '--base-url', service.url];
  expect((await run(machine, words)).exitCode).toBe(0);
  expect(await filesIn(machine.folder)).toEqual(['mug.png', 'mug.png.json']);
});

test('tells of a task of another machine what is known', async () => {
  const service = await startService();
  const made = await run(await newMachine(), ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
  const machine = await newMachine();
  const words = ['download', made.stdout, '--wait', '--sidecar', '-o', 'mug.png', '--base-url', service.url];
  expect((await run(machine, words)).exitCode).toBe(0);
  expect(JSON.parse(await readFile(`${machine.folder}/mug.png.json`, 'utf8'))).toMatchObject({
    task_id: made.stdout,
    prompt: null,
    model: null,
    width: 16,
  });
});

test('is made up for by a later resume where it could not be written', async () => {
  const service = await startService();
  const machine = await newMachine();
  // A folder of that name: the picture is saved, its sidecar can't be.
  service.next('image', (_call, _response, usual) => {
    void mkdir(`${machine.folder}/mug.png.json`).then(usual);
  });
  const words = [...wanted, '--output', 'mug.png', '--overwrite', '--json', '--base-url', service.url];
  const first = await run(machine, words);
  expect(JSON.parse(first.stdout)).toMatchObject({
    images: [{ path: `${machine.folder}/mug.png` }],
    error: { code: 'download' },
    resume: expect.stringContaining('resume tsk_'),
  });
  expect(first.exitCode).toBe(9);
  await rm(`${machine.folder}/mug.png.json`, { recursive: true });
  expect((await run(machine, ['resume', '--base-url', service.url])).exitCode).toBe(0);
  expect(await filesIn(machine.folder)).toEqual(['mug.png', 'mug.png.json']);
  expect(service.count('image')).toBe(1);
});

test('needs a file to stand beside', async () => {
  const service = await startService();
  const words = ['generate', 'a mug', '--sidecar', '--output', '-', '--base-url', service.url];
  const { exitCode, stdout, stderr } = await run(await newMachine(), words);
  expect(stderr).toContain('error: --sidecar needs a picture file: leave out --output -.');
  expect(stdout).toBe('');
  expect(exitCode).toBe(4);
  expect(service.calls).toEqual([]);
});

test('a batch writes one for each picture', async () => {
  const service = await startService();
  const machine = await newMachine();
  await writeFile(`${machine.folder}/rows.txt`, 'one\ntwo\n');
  const words = ['batch', 'rows.txt', '--output', '{index}.png', '--sidecar', '--base-url', service.url];
  expect((await run(machine, words)).exitCode).toBe(0);
  expect(await filesIn(machine.folder)).toEqual(['1.png', '1.png.json', '2.png', '2.png.json', 'rows.txt']);
});
