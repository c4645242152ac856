import { describe, expect, test } from 'vitest';
import { columnsOf, fitted, table } from '../../src/terminal/columns.ts';

test.each([
  ['mug', 3],
  ['커피', 4],
  ['漢字', 4],
  ['ｗｉｄｅ', 8],
  ['cafe\u0301', 4],
  ['☕', 2],
  ['👩‍🎨', 2],
  ['🇰🇷', 2],
  ['', 0],
])('%j takes %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

test.each([
  ['mug', 5, 'mug  '],
  ['a long prompt', 8, 'a long…'.padEnd(8)],
  ['커피 머그잔', 6, '커피… '],
  ['커피', 4, '커피'],
  ['two\nlines', 9, 'two lines'],
  ['red \u001b[31m', 8, 'red [31m'],
])('%j fits into %i columns', (text, columns, line) => {
  expect(fitted(text, columns)).toBe(line);
  expect(columnsOf(line)).toBe(columns);
});

describe('a table', () => {
  const rows = [
    ['model', 'imagen-4', 'the default'],
    ['base-url', '커피', '/home/u/a\u001b[31m/config.json'],
  ];

  test('lines up on a terminal and fits it', () => {
    expect(table(rows, 80)).toEqual([
      'model     imagen-4  the default',
      'base-url  커피      /home/u/a[31m/config.json',
    ]);
    expect(table(rows, 30)).toEqual(['model     imagen-4  the defau…', 'base-url  커피      /home/u/a…']);
    expect(table(rows, 20)).toEqual(['model     imagen-4', 'base-url  커피']);
    for (const columns of [12, 20, 40])
      for (const line of table(rows, columns)) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
  });

  test('cuts names last: they are told apart by their ends', () => {
    const models = ['', '-fast', '-ultra'].map((end) => [`imagen-4${end}`, 'imagen-4', '$0.08', 'active', 'text 1:1']);
    expect(table(models, 40)).toEqual(
      ['imagen-4        ', 'imagen-4-fast   ', 'imagen-4-ultra  '].map((name) => `${name}imagen-4  $0.08  active`),
    );
  });

  test('is separated by tabs elsewhere', () => {
    expect(table(rows, 0)).toEqual(['model\timagen-4\tthe default', 'base-url\t커피\t/home/u/a[31m/config.json']);
  });
});
