import { expect, test } from 'vitest';
import { columnsOf, fitted } from '../../src/terminal/columns.ts';

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
