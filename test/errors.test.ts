import { describe, expect, test } from 'vitest';
import { exitCodeFor, exitCodeOf, exitCodes, Failure } from '../src/errors.ts';

describe('one exit code for all tasks of a command', () => {
  test.each([
    [[], 0],
    [[undefined], 0],
    [[undefined, undefined], 0],
    [['task_failed'], 7],
    [['task_failed', 'task_failed'], 7],
    [['network', 'service_unavailable'], 8],
    [[undefined, 'task_failed'], 10],
    [['timeout', 'task_failed'], 10],
    [['a code of a later version'], 1],
  ])('%j', (codes, exit) => {
    expect(exitCodeOf(codes)).toBe(exit);
  });
});

test('each code has the exit code of the contract', () => {
  expect(exitCodes).toEqual({
    internal: 1,
    authentication: 2,
    insufficient_credits: 3,
    over_budget: 3,
    validation: 4,
    not_found: 4,
    conflict: 4,
    timeout: 5,
    rate_limit: 6,
    task_failed: 7,
    network: 8,
    service_unavailable: 8,
    bad_response: 8,
    download: 9,
    interrupted: 130,
  });
});

test('what nobody foresaw is 1', () => {
  expect(exitCodeFor(new Failure('download', 'gone'))).toBe(9);
  expect(exitCodeFor(new TypeError('x is not a function'))).toBe(1);
  expect(exitCodeFor('thrown text')).toBe(1);
});
