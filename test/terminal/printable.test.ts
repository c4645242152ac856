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
