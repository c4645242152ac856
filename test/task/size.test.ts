import { expect, test } from 'vitest';
import { parseSize, sizeText } from '../../src/task/size.ts';

test.each([
  ['1500000', 1_500_000],
  ['10MB', 10_000_000],
  ['1g', 1_000_000_000],
  ['1.5 mb', 1_500_000],
  ['2k', 2000],
  ['3B', 3],
  ['0', undefined],
  ['-1', undefined],
  ['', undefined],
  ['big', undefined],
  ['1tb', undefined],
  ['99999999999gb', undefined],
])('%j', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1_000_000, '1.0 MB'],
  [1_482_113, '1.5 MB'],
  [256_000_000, '256.0 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
