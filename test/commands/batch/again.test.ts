/** @module-tag slow */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { answering, json, type Service, startService } from '../../support/service.ts';

const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const told = (text: string) => lines(text).map((line) => JSON.parse(line));

/** A batch of three rows that was made once. */
async function madeBefore(...flags: string[]) {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'rows.txt'), 'a fox\nan owl\na whale\n');
  const words = ['batch', 'rows.txt', '--base-url', service.url];
  expect((await run(machine, [...words, ...flags])).exitCode).toBe(0);
  return { service, machine, words };
}

test('a batch run again prints the line of each row that is there, which is no new cost', async () => {
  const { service, machine, words } = await madeBefore();
  const { stdout, stderr, exitCode } = await run(machine, [...words, '--json']);
  expect(told(stdout).map(({ row, prompt, status, reused }) => [row, prompt, status, reused])).toEqual([
    [1, 'a fox', 'completed', true],
    [2, 'an owl', 'completed', true],
    [3, 'a whale', 'completed', true],
  ]);
  for (const { images } of told(stdout)) expect(await readFile(images[0].path)).toEqual(service.picture);
  expect(stderr).toMatch(/^Batch: 0 made · 3 made before · [\d.]+s$/);
  expect([exitCode, service.tasks.size, service.count('image')]).toEqual([0, 3, 3]);
});

test.each([
  ['--dir', 'shots', /^shots\/(a-fox|an-owl|a-whale)-\w{8}\.png$/],
  ['--output', '{prompt}', /^(a-fox|an-owl|a-whale)\.png$/],
])('with another %s the files that are there are copied, once', async (flag, value, name) => {
  const { service, machine, words } = await madeBefore();
  const again = await run(machine, [...words, flag, value]);
  expect(again.exitCode).toBe(0);
  expect(lines(again.stdout)).toHaveLength(3);
  for (const path of lines(again.stdout)) {
    expect(path).toMatch(name);
    expect(await readFile(join(machine.folder, path))).toEqual(service.picture);
  }
  expect(again.stderr.match(/· already paid$/gm)).toHaveLength(3);
  const third = await run(machine, [...words, flag, value]);
  expect(lines(third.stdout).sort()).toEqual(lines(again.stdout).sort());
  const first = await run(machine, words);
  expect(lines(first.stdout).every((path) => !name.test(path))).toBe(true);
  expect((await filesIn(machine.folder)).filter((file) => file.endsWith('.png'))).toHaveLength(6);
  expect([service.tasks.size, service.count('image')]).toEqual([3, 3]);
});

test('a file that is gone, or was changed, is downloaded again without buying', async () => {
  const { service, machine, words } = await madeBefore('-o', '{index}');
  await rm(join(machine.folder, '1.png'));
  await writeFile(join(machine.folder, '2.png'), 'edited');
  const { stdout, stderr, exitCode } = await run(machine, [...words, '-o', '{index}', '--dir', 'shots', '--json']);
  expect(stderr).toContain('already paid');
  expect(told(stdout).map(({ reused, images }) => [reused, images[0].bytes])).toEqual(
    Array.from({ length: 3 }, () => [true, service.picture.length]),
  );
  expect(await filesIn(join(machine.folder, 'shots'))).toEqual(['1.png', '2.png', '3.png']);
  expect([exitCode, service.tasks.size, service.count('image')]).toEqual([0, 3, 5]);
});

test('what can no longer be had says why, and is not bought', async () => {
  const { service, machine, words } = await madeBefore('-o', '{index}');
  await rm(join(machine.folder, '2.png'));
  service.always('image', answering(410, {}));
  const { stdout, stderr, exitCode } = await run(machine, [...words, '-o', '{index}']);
  expect(lines(stdout)).toEqual(['1.png', '3.png']);
  expect(stderr).toMatch(/error: row 2: the picture is no longer there: .* answered 410/);
  expect([exitCode, service.tasks.size]).toEqual([10, 3]);
});

test('pictures that were left at the service are fetched by a run that wants them', async () => {
  const { service, machine, words } = await madeBefore('--no-download');
  const urls = await run(machine, [...words, '--no-download']);
  expect(lines(urls.stdout)).toHaveLength(3);
  expect(service.count('image')).toBe(0);
  const { stdout, exitCode } = await run(machine, words);
  expect([lines(stdout).length, exitCode, service.tasks.size]).toEqual([3, 0, 3]);
});

test('with --skip-existing a row whose file is there is one that is made, and its line has its row', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'rows.jsonl'), '{"prompt":"a fox","id":"f"}\n{"prompt":"an owl"}\n');
  await writeFile(join(machine.folder, '1.png'), service.picture);
  const words = ['batch', 'rows.jsonl', '-o', '{index}', '--skip-existing', '--base-url', service.url];
  const { stdout, stderr, exitCode } = await run(machine, [...words, '--json']);
  expect(told(stdout).map(({ row, id, reused, task_id }) => [row, id, reused, task_id === null])).toEqual([
    [1, 'f', true, true],
    [2, undefined, false, false],
  ]);
  expect(stderr).toMatch(/Batch: 1 made · 1 made before · /);
  expect([exitCode, service.tasks.size]).toEqual([0, 1]);
});

test.each([
  ['the sandbox', ['--sandbox']],
  ['another address', undefined],
])('what was made at %s does not count as made', async (_, trial) => {
  const [service, other] = [await startService({ runningLooks: 0 }), await startService({ runningLooks: 0 })];
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'rows.txt'), 'a fox\nan owl\n');
  expect((await run(machine, ['batch', 'rows.txt', ...(trial ?? ['--base-url', other.url])])).exitCode).toBe(0);
  const real = await run(machine, ['batch', 'rows.txt', '--base-url', service.url]);
  expect(real.stderr).toContain('Batch: 2 made · ');
  expect([real.exitCode, service.tasks.size]).toEqual([0, 2]);
  const again = await run(machine, ['batch', 'rows.txt', ...(trial ?? ['--base-url', other.url])]);
  expect(again.stderr).toContain('0 made · 2 made before');
});

test('what another account made does not count as made', async () => {
  const { service, machine, words } = await madeBefore();
  const env = { ...machine.env, RUNAPI_API_KEY: 'rk_test_of_somebody_else' };
  expect((await run({ ...machine, env }, words)).stderr).toContain('Batch: 3 made · ');
  expect(service.tasks.size).toBe(6);
  expect((await run(machine, words)).stderr).toContain('0 made · 3 made before');
});

async function interrupted(service: Service, machine: Machine, words: string[]): Promise<string> {
  service.always('look', (call, response, usual) => {
    if (JSON.parse(call.task?.body ?? '{}').prompt === 'row 1') usual();
    else json(response, 200, { status: 'processing' });
  });
  const going = run(machine, words);
  await expect.poll(() => service.count('image') * 10 + service.tasks.size, { timeout: 10_000 }).toBe(13);
  await expect.poll(() => filesIn(machine.folder)).toContainEqual(expect.stringMatching(/row-1.*png$/));
  going.kill('SIGINT');
  const { stderr, exitCode, signal } = await going;
  expect(signal === 'SIGINT' ? 130 : exitCode).toBe(130);
  return lines(stderr).at(-1) ?? '';
}

test('Ctrl-C names the command that does all that is left, and how many rows that are', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  await mkdir(join(machine.folder, 'my files'));
  const rows = Array.from({ length: 9 }, (_, at) => `row ${at + 1}\n`).join('');
  await writeFile(join(machine.folder, 'my files/rows.txt'), rows);
  const where = ['--concurrency', '2', '--base-url', service.url];
  const line = await interrupted(service, machine, ['batch', 'my files/rows.txt', ...where, '--new']);
  const [, command = ''] = /Continue with: runapi-imagen (.*)$/.exec(line) ?? [];
  expect(line).toMatch(/^Stopped: tasks tsk_\w+, tsk_\w+ went on; 8 of 9 rows are left\. Continue with: /);
  expect(command).toBe(`batch 'my files/rows.txt' ${where.join(' ')}`);
  service.heal();
  const rest = await run(machine, ['batch', 'my files/rows.txt', ...where]);
  expect([rest.exitCode, lines(rest.stdout).length, service.tasks.size]).toEqual([0, 9, 9]);
});
