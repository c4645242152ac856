import { describe, expect, test } from 'vitest';
import { columnsOf, fitted, printable, shortened, table, wrapped } from '../../src/terminal/printable.ts';

test.each([
  ['plain', 'plain'],
  ['한국어 🦊', '한국어 🦊'],
  ['two\r\nlines\tand a tab', 'two lines and a tab'],
  ['\u001b[31mred\u001b[0m', '[31mred[0m'],
  ['\u001b]0;title\u0007', ']0;title'],
  ['\u009b31m', '31m'],
  ['a\u0000b\u007f', 'ab'],
  ['\u202egnirts', 'gnirts'],
  ['a\u2028b', 'ab'],
  ['zero\u200b\u2060\ufeffwidth', 'zerowidth'],
  ['tag\u{e0041}\u{e007f}s', 'tags'],
  ['soft\u00adhyphen, joi\u200dned', 'softhyphen, joined'],
  ['👩\u200d🎨 ❤\ufe0f\u200d🔥 👩🏽\u200d🎨', '👩\u200d🎨 ❤\ufe0f\u200d🔥 👩🏽\u200d🎨'],
  ['half \udb40\u0000\udc41', 'half '],
])('%j', (text, safe) => {
  expect(printable(text)).toBe(safe);
});

test.each([
  ['a mug', 10, 'a mug'],
  ['a mug with HELLO', 6, 'a mug…'],
  ['🦊🦊🦊🦊', 3, '🦊🦊…'],
  ['one\nline', 20, 'one line'],
])('%j in %d columns', (text, most, short) => {
  expect(shortened(text, most)).toBe(short);
});

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

test.each([
  ['a hint that is longer than its terminal', 14, ['a hint that is', 'longer than', 'its terminal']],
  ['커피 머그 사진', 9, ['커피 머그', '사진']],
  ['see https://a.example/very/long?x=1 now', 12, ['see', 'https://a.example/very/long?x=1', 'now']],
  ['off a terminal nothing is broken', 0, ['off a terminal nothing is broken']],
])('%j breaks at %i columns', (text, columns, lines) => {
  expect(wrapped(text, columns)).toEqual(lines);
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
    expect(table(rows, 30)).toEqual([
      'model     imagen-4  the default'.slice(0, 29) + '…',
      'base-url  커피      /home/u/a…',
    ]);
    for (const columns of [1, 5, 12, 20, 40])
      for (const line of table(rows, columns)) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
  });

  test('is separated by tabs elsewhere', () => {
    expect(table(rows, 0)).toEqual([
      'model\timagen-4\tthe default',
      'base-url\t커피\t/home/u/a[31m/config.json',
    ]);
  });
});
