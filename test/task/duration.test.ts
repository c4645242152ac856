import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/task/duration.ts';

describe('a duration that is typed', () => {
  test.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2.5s', 2500],
    ['90', 90_000],
    [' 2s ', 2000],
    ['0', 0],
    ['365h', 7 * 24 * 3_600_000],
    ['', undefined],
    ['soon', undefined],
    ['-5s', undefined],
    ['5 s', undefined],
    ['1h30', undefined],
    ['5d', undefined],
    ['5s!', undefined],
    ['1e3s', undefined],
    ['Infinity', undefined],
  ])('%j', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });
});

describe('a duration for people', () => {
  test.each([
    [0, '0.0s'],
    [8123, '8.1s'],
    [9999, '10.0s'],
    [12_400, '12s'],
    [60_000, '1m'],
    [95_000, '1m 35s'],
    [3_600_000, '1h'],
    [3_725_000, '1h 2m 5s'],
  ])('%d', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
