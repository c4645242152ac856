import { expect, test } from 'vitest';
import { printable, shortened } from '../../src/terminal/printable.ts';

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
  ['filler \u3164\u115f\uffa0', 'filler '],
  ['smuggled \u{e0110}\u{e01ef}', 'smuggled '],
  ['\u001bP1$r0m\u001b\\ \u009d8;;http://x\u009c', 'P1$r0m\\ 8;;http://x'],
  ['turned \u2067\u061c\u200f', 'turned '],
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
