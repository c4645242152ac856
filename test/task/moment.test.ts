import { expect, test } from 'vitest';
import { localDay, parseMoment } from '../../src/task/moment.ts';

const now = new Date(2026, 10, 20, 14, 30).getTime();
const day = 24 * 3_600_000;

test.each([
  ['7d', now - 7 * day],
  ['2w', now - 14 * day],
  ['12h', now - day / 2],
  ['30m', now - 1_800_000],
  [' 1d ', now - day],
  ['2026-11-20T14:30', now],
  ['2026-11-20 14:30', now],
  ['2026-11-20T14:30:00Z', Date.UTC(2026, 10, 20, 14, 30)],
  ['2026-11-20T14:30:00+09:00', Date.UTC(2026, 10, 20, 5, 30)],
])('%j is a moment', (text, at) => {
  expect(parseMoment(text, now)).toEqual({ from: at, to: at });
});

test.each([
  ['today', new Date(2026, 10, 20)],
  ['yesterday', new Date(2026, 10, 19)],
  ['2026-11-20', new Date(2026, 10, 20)],
  ['2024-02-29', new Date(2024, 1, 29)],
])('%j is a whole day', (text, begin) => {
  const next = new Date(begin.getFullYear(), begin.getMonth(), begin.getDate() + 1);
  expect(parseMoment(text, now)).toEqual({ from: begin.getTime(), to: next.getTime() - 1 });
});

test.each([
  '',
  'soon',
  '7',
  '7 d',
  '-7d',
  '1.5d',
  '2026-13-01',
  '2026-02-30',
  '2025-02-29',
  '2026-11-20T25:00',
  '20.11.2026',
  '2026-11-20x',
  '1e9d',
])('%j is none', (text) => {
  expect(parseMoment(text, now)).toBeUndefined();
});

test('a day is that of the user: just after midnight it is the new one', () => {
  expect(localDay(new Date(2026, 2, 2, 0, 0, 1).getTime())).toBe('2026-03-02');
  expect(localDay(new Date(2026, 11, 31, 23, 59).getTime())).toBe('2026-12-31');
});
