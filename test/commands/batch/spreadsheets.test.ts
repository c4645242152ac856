import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatOf, textFault } from '../../../src/commands/batch/format.ts';
import { readRows } from '../../../src/commands/batch/rows.ts';

const folder = join(import.meta.dirname, '../../fixtures/batch');

/** The fields of each row that can be read, or what is wrong with it, or why nothing of the file can be read. */
async function read(name: string): Promise<unknown> {
  const path = join(folder, name);
  const fault = await textFault(path);
  if (fault !== undefined) return fault;
  const variables = new Set<string>();
  try {
    const format = await formatOf(path, { named: name, shown: name, variables });
    const rows = [];
    for await (const row of readRows({ path, shown: name, format }, { variables, ignored: new Set() }))
      rows.push(row.problems.length > 0 ? row.problems.join('; ') : row.fields);
    return rows;
  } catch (error) {
    return (error as Error).message;
  }
}

const fox = 'a red fox, in snow';
const open = 'a sign that says "OPEN"';

const expected: Record<string, unknown> = {
  'excel-us-utf8.csv': [
    { id: '1', prompt: fox, model: 'fast', aspectRatio: '16:9' },
    { id: '2', prompt: open, model: 'imagen-4', aspectRatio: '1:1' },
    { id: '3', prompt: 'a poem\nin two lines' },
  ],
  'excel-us.csv': 'is not UTF-8 text',
  'excel-us-macintosh.csv': 'excel-us-macintosh.csv has lines that end with CR alone',
  'excel-de-utf8.csv': [
    { prompt: 'ein Fuchs im Schnee; abends', aspectRatio: '16:9', seed: '7' },
    { prompt: 'ein Mädchen, das liest' },
  ],
  'excel-de.csv': 'is not UTF-8 text',
  'excel-de-one-column-utf8.csv': [{ prompt: 'ein Fuchs, rot' }, { prompt: 'ein "Häuschen"' }],
  'excel-ko-utf8.csv': [
    { prompt: '눈 속의 여우, 저녁', aspectRatio: '16:9' },
    { prompt: '커피 머그', aspectRatio: '1:1' },
  ],
  'excel-ko.csv': 'is not UTF-8 text',
  'excel-unicode-text.txt': 'is UTF-16 text, not UTF-8',
  'excel-tab.txt': [
    { prompt: fox, aspectRatio: '16:9' },
    { prompt: open, aspectRatio: '1:1' },
  ],
  'excel-sep-line.csv': [{ prompt: fox, aspectRatio: '16:9' }],
  'numbers-us.csv': [
    { id: '1', prompt: fox, aspectRatio: '16:9' },
    { id: '2', prompt: 'a poem\nin two lines' },
  ],
  'numbers-de.csv': [{ prompt: 'ein Fuchs, rot', aspectRatio: '16:9' }],
  'numbers-table-names.csv': ['no column is named prompt; the columns are "Table 1"'],
  'google-sheets.csv': [
    { id: '1', prompt: fox, aspectRatio: '16:9', negativePrompt: 'blur' },
    { id: '2', prompt: open },
    { id: '3', prompt: '커피 머그 ☕', aspectRatio: '1:1' },
  ],
  'google-sheets.tsv': [
    { id: '1', prompt: fox, aspectRatio: '16:9' },
    { id: '2', prompt: open },
  ],
  'libreoffice.csv': [
    { id: '1', prompt: fox, aspectRatio: '16:9' },
    { id: '2', prompt: open },
    { id: '3', prompt: 'ein Mädchen' },
  ],
  'libreoffice-quoted.csv': [
    { id: '1', prompt: 'a red fox; in snow', aspectRatio: '16:9' },
    { id: '2', prompt: 'ein Mädchen' },
  ],
};

test.each(await readdir(folder))('what a spreadsheet exports is read or refused: %s', async (name) => {
  expect(await read(name)).toEqual(expected[name]);
});
