import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAppendFile } from '../../src/journal/append-file.ts';
import { filesIn, newMachine, run } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { accepted, ended, intended, newRecords, put, somePid } from './machine.ts';

const day = 24 * 3_600_000;

test('is for this user alone, and never holds the key', async () => {
  const service = await startService();
  const machine = await newMachine();
  const state = join(machine.home, '.local/state/runapi-imagen');
  await mkdir(state, { recursive: true, mode: 0o755 });
  const words = [
    'generate',
    'a mug',
    '-n',
    '2',
    '--verbose',
    '--poll-interval',
    '20ms',
    '--base-url',
    service.url,
  ];
  expect((await run(machine, words)).exitCode).toBe(0);
  const files = (await filesIn(state)).filter((name) => !name.startsWith('compiled')); // Node's own, from 22 on
  expect(files).toEqual(['done', expect.stringMatching(/^done\/.*\.jsonl$/), 'runs', 'servers.json']);
  expect((await stat(state)).mode & 0o777).toBe(0o700);
  for (const name of files) {
    const facts = await stat(join(state, name));
    expect([name, facts.mode & 0o777]).toEqual([name, facts.isDirectory() ? 0o700 : 0o600]);
    if (facts.isFile())
      expect(await readFile(join(state, name), 'utf8')).not.toContain(machine.env.RUNAPI_API_KEY);
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

test('what ended is kept for 90 days, what did not for ever', async () => {
  const records = await newRecords(() => 0); // the throw of dice that has old files pruned
  const named = (days: number): string => `${(records.clock.now() - days * day).toString(36)}-abcd`;
  await put(records, `done/${named(91)}.1-1-aaaa.jsonl`, [intended('old', 1), ended('old', 2)]);
  await put(records, `done/${named(89)}.1-1-aaaa.jsonl`, [intended('young', 1), ended('young', 2)]);
  await put(records, `runs/${named(91)}.let-go.jsonl`, [
    intended('gone', 1),
    { event: 'let-go', key: 'gone', at: 2 },
  ]);
  await put(records, `runs/${named(91)}.nobody.jsonl`, [intended('open', 1), accepted('open', 2)]);
  const left = join(records.folder, '.runapi-imagen-0123456789ab.part');
  await writeFile(left, 'of a killed process');
  await utimes(left, 0, records.clock.now() / 1000 - 2 * 86_400);
  const compiled = join(records.folder, 'compiled');
  await mkdir(join(compiled, 'v22.23.3'), { recursive: true });
  await utimes(compiled, 0, records.clock.now() / 1000 - 91 * 86_400);
  const one = records.process(somePid);
  await one.run();
  await one.close();
  expect((await readdir(records.folder)).sort()).toEqual(['done', 'runs']);
  const keys: string[] = [];
  await one.scan(({ key }) => void keys.push(key));
  expect(keys.sort()).toEqual(['open', 'young']);
});

test('a file of a newer format is left alone', async () => {
  const records = await newRecords();
  const lines = [{ format: 2, program: '9.0.0' }, intended('k', 1)];
  const path = await put(records, 'runs/a-b.1-1-aaaa.jsonl', lines);
  const before = await readFile(path, 'utf8');
  const one = records.process(somePid);
  expect(await one.dead()).toEqual([]);
  await one.scan((entry) => expect(entry).toBeUndefined());
  expect(await readFile(path, 'utf8')).toBe(before);
});

test('lines that only a later version understands keep a file from being put aside', async () => {
  const records = await newRecords();
  const later = { event: 'painted', key: 'k', at: 3, colour: 'blue' };
  await put(records, 'runs/a-b.1-1-aaaa.jsonl', [{ format: 1 }, later]);
  await put(records, 'runs/c-d.1-1-aaaa.jsonl', [{ format: 1 }, '{"event":"inten']);
  expect(await records.process(somePid).dead()).toEqual([]);
  expect(await readdir(join(records.folder, 'runs'))).toContain('a-b.1-1-aaaa.jsonl');
  expect(await readdir(join(records.folder, 'done'))).toEqual(['c-d.1-1-aaaa.jsonl']);
});

test('a file that cannot be read is told, and harms no other', async () => {
  const records = await newRecords();
  await put(records, 'runs/c-d.nobody.jsonl', [intended('k', 1)]);
  await mkdir(join(records.folder, 'runs/a-b.nobody.jsonl'));
  expect(await records.process(somePid).dead()).toHaveLength(1);
  expect(records.unreadable).toEqual([join(records.folder, 'runs/a-b.nobody.jsonl')]);
});

test('a look for interrupted runs opens no file of those that are done', async () => {
  const records = await newRecords();
  await put(records, 'done/a-b.1-1-aaaa.jsonl', []);
  await mkdir(join(records.folder, 'done/c-d.1-1-aaaa.jsonl')); // reading it would be told
  expect(await records.process(somePid).dead('interrupted')).toEqual([]);
  expect(records.unreadable).toEqual([]);
});

test('prompts hold any character that JSON lets pass', async () => {
  const records = await newRecords();
  const prompt = 'a\u2028b\u2029c\u0085d\u000be\ud83d\ude00';
  const one = records.process(somePid);
  const event = intended('k', 1);
  await (await one.run()).append({ ...event, request: { model: 'imagen-4', prompt } } as typeof event);
  records.end(somePid);
  const [dead] = await records.process(somePid + 1).dead();
  expect(dead?.entries.get('k')?.intended.request.prompt).toBe(prompt);
});

test('those who write at once are all on disk, in their order, before the next step', async () => {
  const records = await newRecords();
  await mkdir(records.folder);
  const path = join(records.folder, 'x');
  const file = await openAppendFile(path, false);
  const lines = Array.from({ length: 200 }, (_, index) => `${index}\n`);
  const written = lines.map((line) => file.append(line));
  file.appendNow('now\n');
  expect(await readFile(path, 'utf8')).toBe(`${lines.join('')}now\n`);
  await Promise.all(written);
  await file.close();
});

test('goes on below a line that was torn', async () => {
  const records = await newRecords();
  await mkdir(records.folder);
  const path = join(records.folder, 'x');
  await writeFile(path, 'whole\nto');
  const file = await openAppendFile(path, true);
  await file.append('next\n');
  await file.append('last\n');
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('whole\nto\nnext\nlast\n');
});

test.skipIf(process.platform !== 'linux')(
  'a full disk is told to each who writes (needs /dev/full)',
  async () => {
    const file = await openAppendFile('/dev/full', false);
    const tries = await Promise.allSettled([file.append('a\n'), file.append('b\n')]);
    expect(tries).toMatchObject([{ reason: { code: 'ENOSPC' } }, { reason: { code: 'ENOSPC' } }]);
    expect(() => file.appendNow('c\n')).toThrow('ENOSPC');
    await file.close();
  },
);
