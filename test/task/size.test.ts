import { expect, test } from 'vitest';
import { parseSize } from '../../src/task/size.ts';

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
