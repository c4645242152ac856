import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/disk/files.ts';
import { markLine, nothingRead, readRun } from '../../src/journal/read-run.ts';
import { newMachine } from '../support/program.ts';
import { accepted, ended, intended, linesOf } from './machine.ts';

const header = { format: 1, program: '1.0.0' };

/** What the program finds in a file of these lines. */
async function read(lines: readonly unknown[], rest = '') {
  const path = join((await newMachine()).folder, 'run.jsonl');
  await writeFile(path, linesOf(lines) + rest);
  const done: string[] = [];
  const contents = await readRun(nodeFiles, path, ({ key }) => done.push(key));
  if (!contents) throw new Error('the file is there');
  const { open, ids, orphans, strange } = contents;
  return { open: [...open.keys()], done, ids: Object.fromEntries(ids), orphans: [...orphans], strange };
}

const nothing = { open: [], done: [], ids: {}, orphans: [], strange: 0 };

test.each<[string, unknown[], Partial<typeof nothing> | object]>([
  ['a run that has just begun', [header], {}],
  ['a file that was emptied is damage: it got its name with a first line in it', [], { strange: 1 }],
  ['what did not end is open', [header, intended('a', 1), accepted('a', 2)], { open: ['a'] }],
  ['what ended is not', [header, intended('a', 1), ended('a', 2)], { done: ['a'] }],
  ['a line twice counts once', [intended('a', 1), intended('a', 1), ended('a', 2), ended('a', 2)], { done: ['a'] }],
  ['blank lines are none', [header, '', intended('a', 1), '', ''], { open: ['a'] }],
  [
    'a damaged line costs no other',
    [header, intended('a', 1), '{"event":"sav\0\0', intended('b', 1), ended('a', 2)],
    { open: ['b'], done: ['a'], strange: 1 },
  ],
  [
    'a line that its writer knew to be torn is no damage',
    [header, intended('a', 1), '{"event":"acc\x18', '\x18\x18', ended('a', 2)],
    { done: ['a'] },
  ],
  [
    'of a damaged request the id is known',
    [header, '{"event":"inten', accepted('a', 2)],
    { ids: { tsk_a: 'a' }, strange: 1 },
  ],
  [
    'which is no longer looked for once the task ended',
    [header, '{"event":"inten', accepted('a', 2), ended('a', 3)],
    { orphans: ['a'], strange: 1 },
  ],
  [
    'an event of a later version is kept from being lost',
    [header, { event: 'painted', key: 'a', at: 3 }, intended('b', 1)],
    { open: ['b'], strange: 1 },
  ],
  [
    'an ending of a later version is one',
    [header, intended('a', 1), { event: 'ended', key: 'a', at: 2, how: 'framed' }],
    { done: ['a'] },
  ],
  [
    'what follows the closing line was written by somebody who had lost the file',
    [header, intended('a', 1), accepted('a', 2), intended('b', 1), ended('b', 2), { closed: true }, ended('a', 3)],
    { done: ['b'] },
  ],
])('%s', async (_, lines, expected) => {
  expect(await read(lines)).toEqual({ ...nothing, ...expected });
});

test('a file of zeros is damage, not a line that is being written', async () => {
  expect(await read([], '\0'.repeat(600))).toEqual({ ...nothing, strange: 1 });
});

test('a torn last line is nothing, a whole one without its newline counts', async () => {
  expect(await read([intended('a', 1)], '{"event":"acc')).toEqual({ ...nothing, open: ['a'] });
  expect(await read([intended('a', 1)], JSON.stringify(ended('a', 2)))).toEqual({ ...nothing, done: ['a'] });
});

test('a file of a later version is not read', async () => {
  await expect(read([{ format: 2, program: '9.0.0' }, intended('a', 1)])).rejects.toMatchObject({
    code: 'a later version wrote it',
  });
});

test('a file that is gone is nothing', async () => {
  expect(await readRun(nodeFiles, '/nowhere/run.jsonl')).toBeUndefined();
});

test('reading goes on where it ended, and tells where each task stands', async () => {
  const path = join((await newMachine()).folder, 'run.jsonl');
  const first = markLine({ format: 1, continues: ['m1-aa'] }) + linesOf([intended('a', 1), intended('b', 1)]);
  await writeFile(path, `${first}{"event":"acc`);
  const contents = await readRun(nodeFiles, path);
  expect(contents).toMatchObject({ bytes: first.length, continues: ['m1-aa'] });
  const second = linesOf([ended('a', 2), ended('b', 3)]);
  await writeFile(path, first + second);
  const spans: string[] = [];
  await readRun(nodeFiles, path, ({ key }, { from, to }) => spans.push(`${key} ${from}-${to}`), contents);
  const begin = first.indexOf('\n') + 1;
  const middle = first.length + second.indexOf('\n') + 1;
  expect(spans).toEqual([
    `a ${begin}-${middle}`,
    `b ${begin + linesOf([intended('a', 1)]).length}-${first.length + second.length}`,
  ]);
  const inner: string[] = [];
  await readRun(nodeFiles, path, ({ key }) => inner.push(key), nothingRead(begin), middle);
  expect(inner).toEqual(['a']);
});
