import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { formatOf, textFault } from '../../../src/commands/batch/format.ts';
import { parsePrompt } from '../../../src/commands/batch/row.ts';
import { readRows } from '../../../src/commands/batch/rows.ts';
import { createRowKeys, inShard, parseShard } from '../../../src/paid-task/row-key.ts';

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rows-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(name: string, text: string, variables: ReadonlySet<string> = new Set()) {
  const path = await fileOf(name, text);
  const format = await formatOf(path, { named: name, shown: name, variables });
  const ignored = new Set<string>();
  const rows = [];
  for await (const row of readRows({ path, shown: name, format }, { variables, ignored })) rows.push(row);
  return { rows, ignored: [...ignored], format };
}

/** Of each row its prompt, or what is wrong with it. */
async function promptsOf(name: string, text: string) {
  const { rows } = await read(name, text);
  return rows.map(({ fields, problems }) => (problems.length > 0 ? problems.join('; ') : fields.prompt));
}

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
  ['CSV of Windows', 'a.csv', '\uFEFFid,prompt\r\n1,a fox\r\n2,"two\r\nlines"\r\n', ['a fox', 'two\r\nlines']],
  ['CSV of Windows without an ending', 'list', '\uFEFF"id","prompt"\r\n"1","a fox"\r\n', ['a fox']],
  ['line ends that were mixed', 'a.csv', 'prompt\na fox\nan owl\r\n', ['a fox', 'an owl']],
  ['JSONL', 'a.jsonl', '{"prompt":"a fox"}\n"an owl"\n', ['a fox', 'an owl']],
  ['JSONL without an ending', 'list', '{"prompt":"a fox"}\n', ['a fox']],
  ['JSONL that is called JSON', 'a.json', '{"prompt":"a fox"}\n{"prompt":"an owl"}\n', ['a fox', 'an owl']],
  ['a JSON array', 'a.json', '[\n  {"prompt": "a fox"},\n  "an owl"\n]\n', ['a fox', 'an owl']],
  ['a JSON array without an ending', 'list', ' [\n{"prompt":"a fox"}]', ['a fox']],
  ['an empty JSON array', 'a.json', '[]', []],
  [
    'a YAML list of rows',
    'a.yaml',
    '# mine\n- prompt: a fox\n  ratio: 16:9\n- prompt: >-\n    an\n    owl\n',
    ['a fox', 'an owl'],
  ],
  ['a YAML list of prompts', 'a.yml', '- a fox\n- "an: owl"\n', ['a fox', 'an: owl']],
  ['a YAML list without an ending', 'list', '- prompt: a fox\n', ['a fox']],
  ['a list with dashes in a text', 'a.md', '- a fox\n- an owl\n', ['a fox', 'an owl']],
  ['CSV', 'a.csv', 'prompt,model\n"a fox, red",fast\n"two\nlines",\n', ['a fox, red', 'two\nlines']],
  ['CSV without an ending', 'list', 'id,prompt\n1,a fox\n', ['a fox']],
  ['CSV with semicolons', 'a.csv', 'prompt;ratio\na fox, red;16:9\n', ['a fox, red']],
  ['CSV with tabs', 'a.csv', 'prompt\tratio\na fox, red;\t16:9\n', ['a fox, red;']],
  ['TSV', 'a.tsv', 'prompt\tratio\n"a ""red"" fox"\t16:9\n', ['a "red" fox']],
  ['a table of tabs that is called a text', 'a.txt', 'prompt\tnotes\na fox\tred\n', ['a fox']],
  [
    'CSV of one column with unquoted commas',
    'a.csv',
    'prompt\na fox, red\n"an owl, grey"\n',
    ['a fox, red', 'an owl, grey'],
  ],
  ['the head of one column without an ending', 'list', 'prompt\na fox\n', ['a fox']],
  ['the separator that Excel writes down', 'a.csv', 'sep=;\r\nid;prompt\r\n1;a fox\r\n', ['a fox']],
  ['quotes inside an unquoted cell', 'a.csv', 'id,prompt\n1,a sign "OPEN"\n', ['a sign "OPEN"']],
  ['empty columns and rows', 'a.csv', 'prompt,ratio,,\r\na fox,16:9,,\r\n,,,\r\n\r\n,,,\r\n', ['a fox']],
  ['what looks like a table and is a sentence', 'a.txt', 'prompt, please\n', ['prompt, please']],
  ['brackets that begin a prompt', 'a.txt', '[sandbox:slow] a fox\n{red} owl\n', ['[sandbox:slow] a fox', '{red} owl']],
  ['a line separator of Unicode', 'a.txt', 'a sign\u2028OPEN\nan owl\u0085x\n', ['a sign\u2028OPEN', 'an owl\u0085x']],
  ['the same in JSONL', 'a.jsonl', '{"prompt":"a sign\u2028OPEN"}\n', ['a sign\u2028OPEN']],
  ['the same in CSV', 'a.csv', 'prompt\na sign\u2028OPEN\n', ['a sign\u2028OPEN']],
  ['rows that hold nothing', 'a.jsonl', '{"prompt":"a fox"}\n{}\nnull\n{"id":"","prompt":null}\n', ['a fox']],
  ['a row that is not JSON', 'a.jsonl', 'nope\n{"prompt":"a fox"}\n', ['not valid JSON', 'a fox']],
  [
    'a list or a truth for a row',
    'a.jsonl',
    'true\n[1]\n',
    [
      'a row is a text or an object such as {"prompt": "a fox"}',
      'a row is a text or an object such as {"prompt": "a fox"}',
    ],
  ],
  ['a misspelled key', 'a.jsonl', '{"promt":"x","prompt":"y"}\n', ['no field is named "promt"; did you mean prompt?']],
  [
    'one field under two names',
    'a.jsonl',
    '{"prompt":"x","ratio":"1:1","aspect_ratio":"1:1"}\n',
    ['ratio and aspect_ratio are the same field'],
  ],
  ['an object for a field', 'a.jsonl', '{"prompt":{"a":1}}\n', ['Invalid prompt {"a":1}: use text or a number']],
  [
    'a cell too many',
    'a.csv',
    'id,prompt\n1,a fox, in snow\n2,an owl\n',
    ['the cell "in snow" has no column head; put quotes around a cell that holds the separator', 'an owl'],
  ],
  [
    'a quote that is not closed',
    'a.csv',
    'id,prompt\n1,a fox\n2,"an owl\n3,a whale\n',
    ['a fox', 'a quote is not closed; the rows from here on cannot be read'],
  ],
  [
    'text after a closing quote',
    'a.csv',
    'id,prompt\n1,"a" fox\n',
    ['text follows a closing quote (double a quote that is part of a cell); the rows from here on cannot be read'],
  ],
  ['two columns of one name', 'a.csv', 'prompt,prompt\nx,y\n', ['two columns are named "prompt"']],
  [
    'two columns of one field',
    'a.csv',
    'prompt,ratio,Aspect Ratio\nx,1:1,\n',
    ['the columns "ratio" and "Aspect Ratio" are the same field'],
  ],
  ['a misspelled column', 'a.csv', 'prompt,ration\nx,1:1\n', ['no field is named "ration"; did you mean ratio?']],
  [
    'a table without a column for prompts',
    'a.csv',
    'a fox,16:9\nan owl,1:1\n',
    ['no column is named prompt; the columns are "a fox", "16:9"'],
  ],
])('reads %s', async (_, name, text, expected) => {
  expect(await promptsOf(name, text)).toEqual(expected);
});

test.each([
  ['JSON that is not whole', 'a.json', '[{"prompt":"a fox"}', /^a\.json is not valid JSON: /],
  ['one JSON object', 'a.json', '{\n  "prompt": "a fox"\n}\n', /^a\.json holds no list of rows$/],
  ['an object without an ending', 'list', '{\n  "rows": []\n}\n', /^list holds no list of rows$/],
  ['YAML that is wrong', 'a.yaml', '- "a fox\n- b\n', /^a\.yaml is not valid YAML \(line \d\)$/],
  ['several YAML documents', 'a.yaml', '- a fox\n---\n- an owl\n', /^a\.yaml holds more than one document$/],
  ['a web page', 'list', '<!DOCTYPE html>\n<p>a fox\n', /^list looks like a table or page in markup$/],
  ['a Markdown table', 'a.md', '| prompt | ratio |\n|---|---|\n', /^a\.md looks like a table or page in markup$/],
  ['bars between columns', 'a.txt', 'prompt|seed\na fox|1\n', /^a\.txt has \| between its columns$/],
  ['a YAML map', 'a.yaml', 'prompt: a fox\nseed: 1\n', /^a\.yaml is neither a list nor a manifest$/],
  ['the line ends of old Macs', 'a.csv', 'prompt,ratio\ra fox,1:1\r', /^a\.csv has lines that end with CR alone$/],
])('refuses %s: its lines are no prompts', async (_, name, text, message) => {
  await expect(read(name, text)).rejects.toMatchObject({ code: 'validation', message: expect.stringMatching(message) });
});

test('names the columns that mean nothing, but not those of variables', async () => {
  const text = 'Animal,notes,country,prompt\nfox,,x,y\n';
  expect((await read('a.csv', text, new Set(['animal']))).ignored).toEqual(['notes', 'country']);
});

test('knows a table by the columns that --prompt names', async () => {
  const { rows } = await read('list', 'animal;Place\nfox;snow\n', new Set(['animal', 'place']));
  expect([...(rows[0]?.words ?? [])]).toEqual([
    ['animal', 'fox'],
    ['place', 'snow'],
  ]);
  const missing = await read('a.csv', 'animal\nfox\n', new Set(['animal', 'place']));
  expect(missing.rows[0]?.problems).toEqual([
    'no column is named "place", which --prompt needs; the columns are "animal"',
  ]);
});

test.each([
  ['a {animal} in {Place }', ['animal', 'place'], 'a fox in snow'],
  ['{{literal}} {animal}', ['animal'], '{literal} fox'],
  ['plain', [], 'plain'],
])('fills %j in', (text, variables, filled) => {
  const prompt = parsePrompt(text);
  const missing: string[] = [];
  const words = new Map([
    ['animal', 'fox'],
    ['place', 'snow'],
  ]);
  expect([[...(prompt?.variables ?? [])], prompt?.fill(words, missing), missing]).toEqual([variables, filled, []]);
});

test.each(['a {animal', 'a } fox', '{}'])('refuses %j for a prompt with columns', (text) => {
  expect(parsePrompt(text)).toBeUndefined();
});

test.each([
  ['UTF-8', Buffer.from('커피 머그 ☕\r\n'), undefined],
  ['UTF-8 with a mark', Buffer.from('\uFEFFa fox\n'), undefined],
  ['an empty file', Buffer.from(''), undefined],
  ['a letter that two reads share', Buffer.from(`${'x'.repeat(64 * 1024 - 1)}커`), undefined],
  ['a letter that was cut off', Buffer.from('커').subarray(0, 2), 'is not UTF-8 text'],
  ['what PowerShell 5 writes', Buffer.from('\uFEFFa fox\r\n', 'utf16le'), 'is UTF-16 text, not UTF-8'],
  ['UTF-16 without its mark', Buffer.from('a fox', 'utf16le'), 'is not UTF-8 text'],
  ['Latin-1', Buffer.from('café', 'latin1'), 'is not UTF-8 text'],
  ['what Excel writes in Korea', Buffer.from([0xc4, 0xbf, 0xc7, 0xc7]), 'is not UTF-8 text'],
  ['a workbook of Excel', Buffer.from([0x50, 0x4b, 3, 4, 0x14, 0, 6, 0]), 'is a spreadsheet or an archive, not text'],
])('knows whether a file is UTF-8: %s', async (_, bytes, expected) => {
  expect(await textFault(await fileOf('file', bytes))).toBe(expected);
});

test('tells where each row begins', async () => {
  const { rows } = await read('a.csv', 'prompt\n"two\nlines"\nthree\n\nfour\n');
  expect(rows.map(({ place }) => place)).toEqual(['line 2', 'line 4', 'line 6']);
});

test('takes lists and numbers as the flags would be typed', async () => {
  const { rows } = await read('a.jsonl', '{"prompt":"x","seed":[1,2],"n":3,"negative_prompt":null}\n');
  expect(rows[0]?.fields).toEqual({ prompt: 'x', seed: '1,2', count: '3' });
  expect(rows[0]?.names).toEqual({ prompt: 'prompt', seed: 'seed', count: 'n' });
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
  const keys = Array.from({ length: 2000 }, (_, n) => keyOf({ model: 'imagen-4', prompt: `prompt ${n}` }, undefined));
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
