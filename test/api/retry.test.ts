import { describe, expect, test } from 'vitest';
import { backoff, isTransient, retryAfter } from '../../src/api/retry.ts';

const now = Date.parse('2026-09-01T12:00:00Z');

describe('Retry-After', () => {
  test.each([
    ['1', 1000],
    [' 30 ', 30_000],
    ['0', 0],
    ['1.5', 1500],
    ['120, 120', 120_000],
    ['Tue, 01 Sep 2026 12:00:05 GMT', 5000],
    ['Tuesday, 01-Sep-26 12:00:05 GMT', 5000],
    ['Tue Sep  1 12:00:05 2026', 5000],
    ['2026-09-01T12:00:05Z', 5000],
    ['2026-09-01T14:00:05+02:00', 5000],
    ['Tue, 01 Sep 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['in 5 minutes', undefined],
    ['May 5', undefined],
    ['-1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j', (header, milliseconds) => {
    expect(retryAfter({ ...(header !== undefined && { 'retry-after': header }) }, now)).toBe(milliseconds);
  });

  test("a date counts from the answer's own, whatever this machine's clock says", () => {
    const headers = { date: 'Tue, 01 Sep 2026 20:00:00 GMT', 'retry-after': 'Tue, 01 Sep 2026 20:00:07 GMT' };
    expect(retryAfter(headers, now)).toBe(7000);
  });
});

test.each([
  [1, 1000],
  [2, 2000],
  [5, 16_000],
  [6, 30_000],
  [1000, 30_000],
])('after failed try %d at most %d ms', (attempt, most) => {
  expect(backoff(attempt, 0)).toBe(0);
  expect(backoff(attempt, 0.5)).toBe(most / 2);
  expect(backoff(attempt, 1)).toBe(most);
});

test.each([
  [408, true],
  [425, true],
  [429, true],
  [500, true],
  [503, true],
  [400, false],
  [401, false],
  [402, false],
  [404, false],
  [409, false],
  [422, false],
])('%d may pass: %s', (status, expected) => {
  expect(isTransient(status)).toBe(expected);
});
