import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/disk/files.ts';
import { filesIn, newMachine, run } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { deadRuns, ended, intended, newRecords, somePid } from './machine.ts';

test('is for this user alone, and never holds the key', async () => {
  const service = await startService();
  const machine = await newMachine();
  const state = join(machine.home, '.local/state/runapi-imagen');
  await mkdir(state, { recursive: true, mode: 0o755 });
  const words = ['generate', 'a mug', '-n', '2', '--verbose', '--poll-interval', '20ms', '--base-url', service.url];
  expect((await run(machine, words)).exitCode).toBe(0);
  const files = (await filesIn(state)).filter((name) => !name.startsWith('compiled')); // Node's own, from 22 on
  expect(files).toEqual([
    'alive',
    'done',
    'done.index',
    expect.stringMatching(/^done\/.*\.jsonl$/),
    'identity',
    'identity/salt',
    'runs',
    'servers.json',
  ]);
  expect((await stat(state)).mode & 0o777).toBe(0o700);
  for (const name of files) {
    const facts = await stat(join(state, name));
    expect([name, facts.mode & 0o777]).toEqual([name, facts.isDirectory() ? 0o700 : 0o600]);
    if (facts.isFile()) expect(await readFile(join(state, name), 'utf8')).not.toContain(machine.env.RUNAPI_API_KEY);
  }
});

test.skipIf(!('enableCompileCache' in module))(
  'has what Node compiled beside it from the second run on (needs Node 22)',
  async () => {
    const machine = await newMachine();
    const state = join(machine.home, '.local/state/runapi-imagen');
    const words = ['generate', 'a mug', '--sandbox', '--quiet'];
    expect((await run(machine, words)).exitCode).toBe(0);
    expect(await readdir(state)).not.toContain('compiled');
    expect((await run(machine, words)).exitCode).toBe(0);
    expect(await readdir(state)).toContain('compiled');
  },
);

test('two processes never write one file', async () => {
  const records = await newRecords();
  const runs = await Promise.all([1, 2, 3].map((pid) => records.process(somePid + pid).run()));
  await Promise.all(runs.map((each, index) => each.append(intended(String(index), 1))));
  expect(await readdir(join(records.folder, 'runs'))).toHaveLength(3);
});

test('nothing is forgotten because a clock says that it is old', async () => {
  const records = await newRecords();
  const one = records.process(somePid);
  await (await one.run()).append(intended('k', 1), ended('k', 2));
  await one.close();
  for (const days of [400, -800]) {
    records.clock.jump(days * 24 * 3_600_000);
    const later = records.process(somePid + 1);
    await later.run();
    await later.left();
    await later.close();
  }
  const found = await records.process(somePid + 2).newest({ matches: () => true, limit: 9 }, () => undefined);
  expect(found.map(({ key }) => key)).toEqual(['k']);
});

test('prompts hold any character that JSON lets pass', async () => {
  const records = await newRecords();
  const prompt = 'a\u2028b\u2029c\u0085d\u000be\ud83d\ude00';
  const one = records.process(somePid);
  await (await one.run()).append(intended('k', 1, { request: { model: 'imagen-4', prompt } }));
  records.end(somePid);
  const [dead] = await deadRuns(records.process(somePid + 1));
  expect(dead?.entries.get('k')?.intended.request.prompt).toBe(prompt);
});

async function fileIn(text?: string): Promise<string> {
  const path = join((await newMachine()).folder, 'x');
  if (text !== undefined) await writeFile(path, text);
  return path;
}

test('those who write at once are all on disk, in their order, before the next step', async () => {
  const path = await fileIn('');
  const file = await nodeFiles.openAppend(path);
  const lines = Array.from({ length: 200 }, (_, index) => `${index}\n`);
  const written = lines.map((line) => file.append(line));
  file.appendNow('now\n');
  expect(await readFile(path, 'utf8')).toBe(`${lines.join('')}now\n`);
  await Promise.all(written);
  await file.close();
});

test('goes on below a line that was torn', async () => {
  const path = await fileIn('whole\nto');
  const file = await nodeFiles.openAppend(path);
  await file.append('next\n');
  await file.append('last\n');
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('whole\nto\nnext\nlast\n');
});

test.skipIf(process.platform !== 'linux')('a full disk is told to each who writes (needs /dev/full)', async () => {
  const file = await nodeFiles.openAppend('/dev/full');
  const tries = await Promise.allSettled([file.append('a\n'), file.append('b\n')]);
  expect(tries).toMatchObject([{ reason: { code: 'ENOSPC' } }, { reason: { code: 'ENOSPC' } }]);
  expect(() => file.appendNow('c\n')).toThrow('ENOSPC');
  await file.close();
});

test('lines and spans of them tell where they end', async () => {
  const path = await fileIn('ä\n\n\u2028b\nrest');
  const lines = async (from = 0, to = Number.POSITIVE_INFINITY) => {
    const found = [];
    for await (const { text, end, whole } of nodeFiles.lines(path, { from, to })) found.push([text, end, whole]);
    return found;
  };
  expect(await lines()).toEqual([
    ['ä', 3, true],
    ['', 4, true],
    ['\u2028b', 9, true],
    ['rest', 13, false],
  ]);
  expect(await lines(3, 9)).toEqual([
    ['', 4, true],
    ['\u2028b', 9, true],
  ]);
});

test('of several that make one folder one does', async () => {
  const folder = await fileIn();
  const made = await Promise.all(['a', 'b', 'c'].map((text) => nodeFiles.createFolder(folder, 'y', text)));
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(await readFile(join(folder, 'y'), 'utf8')).toBe(['a', 'b', 'c'][made.indexOf(true)]);
  await nodeFiles.replace(join(folder, 'y'), 'd');
  expect([await readdir(folder), await readdir(join(folder, '..'))]).toEqual([['y'], ['x']]);
  await expect(nodeFiles.createFolder('/dev/null/x', 'y', '')).rejects.toThrow();
});
