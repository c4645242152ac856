import { expect, test } from 'vitest';
import { endOf, isTrue, markIn, markLine, start } from '../../src/journal/index-mark.ts';

const first = '\nm1.jsonl\t0\t1\tended\t…\n';
const second = '\nm2.jsonl\t0\t1\topen\t…\n\nm3.jsonl\t0\t1\tunread\t…\n';

test('a mark that goes on from another one is true of the whole text', () => {
  const begun = first + markLine(start, first, '17');
  const mark = markIn(begun);
  if (!mark) throw new Error('no mark');
  expect(mark).toMatchObject({ version: '17', unfinished: 0 });
  expect(endOf(mark)).toBe(Buffer.byteLength(begun));
  const whole = begun + second + markLine(mark, second, '18');
  const last = markIn(whole);
  if (!last) throw new Error('no mark');
  expect(last).toMatchObject({ version: '18', unfinished: 2 });
  expect(isTrue(last, Buffer.from(whole))).toBe(true);
  expect(whole.endsWith(markLine(start, begun + second, '18'))).toBe(true);
});

test('what was changed, cut or added before a mark makes it untrue', () => {
  const text = first + markLine(start, first, '17');
  const mark = markIn(text);
  if (!mark) throw new Error('no mark');
  expect(isTrue(mark, Buffer.from(text))).toBe(true);
  for (const other of [text.replace('m1', 'm7'), text.slice(1), `x${text}`])
    expect(isTrue(mark, Buffer.from(other))).toBe(false);
});

test.each([
  '',
  '\n',
  first,
  '\n# 17 9 9 0 zzz\n',
  `${markLine(start, first, '17')}x`,
  markLine(start, '', '1').slice(0, -3),
])('no mark ends the text %j', (text) => {
  expect(markIn(text)).toBeUndefined();
});
