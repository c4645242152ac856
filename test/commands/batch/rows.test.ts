import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isUtf8 } from '../../../src/commands/batch/is-utf8.ts';
import { formatOf, readRows } from '../../../src/commands/batch/read-rows.ts';
import { createRowKeys, inShard, parseShard } from '../../../src/commands/batch/row-key.ts';

async function rowsOf(name: string, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'rows-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  await writeFile(path, text);
  const rows = [];
  for await (const row of readRows(path, await formatOf(path))) rows.push(row);
  return rows;
}

const prompts = (rows: Awaited<ReturnType<typeof rowsOf>>) =>
  rows.map(({ fields, flaw }) => flaw ?? fields.prompt);

test.each([
  ['plain lines', 'a.txt', 'a fox\n\nan owl\r\n', ['a fox', 'an owl']],
  ['plain lines without an ending', 'list', 'a fox, red\nan owl', ['a fox, red', 'an owl']],
  ['a BOM', 'a.txt', '\uFEFFa fox\n', ['a fox']],
  [
    'JSONL of Windows',
    'a.jsonl',
    '\uFEFF{"prompt":"a fox"}\r\n\r\n{"prompt":"an\\r\\nowl"}\r\n',
    ['a fox', 'an\r\nowl'],
  ],
  [
    'CSV of Windows',
    'a.csv',
    '\uFEFFid,prompt\r\n1,a fox\r\n2,"two\r\nlines"\r\n',
    ['a fox', 'two\r\nlines'],
  ],
  ['CSV of Windows without an ending', 'list', '\uFEFF"id","prompt"\r\n"1","a fox"\r\n', ['a fox']],
  ['line ends that were mixed', 'a.csv', 'prompt\na fox\nan owl\r\n', ['a fox', 'an owl']],
  ['JSONL', 'a.jsonl', '{"prompt":"a fox"}\n"an owl"\n', ['a fox', 'an owl']],
  ['JSONL without an ending', 'list', '{"prompt":"a fox"}\n', ['a fox']],
  ['CSV', 'a.csv', 'prompt,model\n"a fox, red",fast\n"two\nlines",\n', ['a fox, red', 'two\nlines']],
  ['CSV without an ending', 'list', 'id,prompt\n1,a fox\n', ['a fox']],
  ['a row that is not JSON', 'a.jsonl', 'nope\n{"prompt":"a fox"}\n', ['it is not JSON', 'a fox']],
  ['an array for a row', 'a.jsonl', '[1]\n', ['it is no JSON object']],
  [
    'an unknown key',
    'a.jsonl',
    '{"promt":"x","prompt":"y"}\n',
    ['there is no "promt"; did you mean prompt?'],
  ],
  ['a row without a prompt', 'a.jsonl', '{"model":"fast"}\n', ['there is no prompt']],
  [
    'one field under two names',
    'a.jsonl',
    '{"prompt":"x","ratio":"1:1","aspect_ratio":"1:1"}\n',
    ['ratio is given twice'],
  ],
  [
    'an object for a field',
    'a.jsonl',
    '{"prompt":{"a":1}}\n',
    ['prompt is neither a text nor a number; there is no prompt'],
  ],
])('reads %s', async (_, name, text, expected) => {
  expect(prompts(await rowsOf(name, text))).toEqual(expected);
});

test.each([
  ['UTF-8', Buffer.from('커피 머그 ☕\r\n'), true],
  ['UTF-8 with a mark', Buffer.from('\uFEFFa fox\n'), true],
  ['an empty file', Buffer.from(''), true],
  ['a letter that two reads share', Buffer.from(`${'x'.repeat(64 * 1024 - 1)}커`), true],
  ['a letter that was cut off', Buffer.from('커').subarray(0, 2), false],
  ['what PowerShell 5 writes', Buffer.from('\uFEFFa fox\r\n', 'utf16le'), false],
  ['UTF-16 without its mark', Buffer.from('a fox', 'utf16le'), false],
  ['Latin-1', Buffer.from('café', 'latin1'), false],
  ['what Excel writes in Korea', Buffer.from([0xc4, 0xbf, 0xc7, 0xc7]), false],
])('knows whether a file is UTF-8: %s', async (_, bytes, expected) => {
  const folder = await mkdtemp(join(tmpdir(), 'rows-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'file'), bytes);
  expect(await isUtf8(join(folder, 'file'))).toBe(expected);
});

test('numbers rows from 1 and tells the line where each begins', async () => {
  const rows = await rowsOf('a.csv', 'prompt\n"two\nlines"\nthree\n\nfour\n');
  expect(rows.map(({ number, line }) => [number, line])).toEqual([
    [1, 2],
    [2, 4],
    [3, 5],
  ]);
});

test('takes lists and numbers as the flags would be typed', async () => {
  const [row] = await rowsOf('a.jsonl', '{"prompt":"x","seed":[1,2],"n":3,"negative_prompt":null}\n');
  expect(row?.fields).toEqual({ prompt: 'x', seed: '1,2', count: '3' });
});

test('names the same task alike in every run, and one asked for twice apart', () => {
  const fox = { model: 'imagen-4', prompt: 'a fox' } as const;
  const owl = { prompt: 'an owl', model: 'imagen-4' } as const;
  const [first, second] = [createRowKeys(), createRowKeys()];
  const once = [first(fox, undefined), first(owl, undefined), first(fox, undefined)];
  const again = [second(owl, undefined), second(fox, undefined), second(fox, undefined)];
  expect(new Set(once).size).toBe(3);
  expect([...again].sort()).toEqual([...once].sort());
});

test('gives every row to exactly one shard, and each shard about its share', () => {
  const keyOf = createRowKeys();
  const keys = Array.from({ length: 2000 }, (_, n) =>
    keyOf({ model: 'imagen-4', prompt: `prompt ${n}` }, undefined),
  );
  const shares = [1, 2, 3, 4].map((index) => keys.filter((key) => inShard(key, { index, of: 4 })).length);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(2000);
  for (const share of shares) expect(Math.abs(share - 500)).toBeLessThan(100);
});

test.each([
  ['1/4', { index: 1, of: 4 }],
  ['4/4', { index: 4, of: 4 }],
  ['0/4', undefined],
  ['5/4', undefined],
  ['1/0', undefined],
  ['a/b', undefined],
])('reads the shard %s', (text, expected) => expect(parseShard(text)).toEqual(expected));
