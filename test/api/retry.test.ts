import { describe, expect, test } from 'vitest';
import { NetworkFault } from '../../src/api/network-fault.ts';
import { backoff, isTransient, retryAfter, withRetries } from '../../src/api/retry.ts';
import { Failure } from '../../src/errors.ts';

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

/** Time that passes only by waiting. */
function retryOptions(deadlineMs: number) {
  const waits: number[] = [];
  const waited = (): number => waits.reduce((sum, wait) => sum + wait, 0);
  return {
    waits,
    clock: {
      now: () => 0,
      monotonic: waited,
      random: () => 1,
      every: () => () => undefined,
      wait: async (milliseconds: number) => void waits.push(milliseconds),
    },
    deadline: { remaining: () => deadlineMs - waited(), signal: new AbortController().signal, cancel: () => undefined },
  };
}

function failing(failure: () => Failure) {
  let calls = 0;
  const call = async (): Promise<never> => {
    calls += 1;
    throw failure();
  };
  return { call, calls: () => calls };
}

const busy = (facts = {}): Failure => new Failure('service_unavailable', 'busy', { retryable: true, ...facts });

test('a server in trouble is asked five times', async () => {
  const { call, calls } = failing(busy);
  const time = retryOptions(900_000);
  await expect(withRetries(call, time)).rejects.toThrow('busy');
  expect(calls()).toBe(5);
  expect(time.waits).toEqual([1000, 2000, 4000, 8000]);
});

test('where nobody answers at all it is three', async () => {
  const { call, calls } = failing(() => new NetworkFault('refused', true, { retryable: true }));
  const time = retryOptions(900_000);
  await expect(withRetries(call, time)).rejects.toThrow('refused');
  expect(calls()).toBe(3);
  expect(time.waits).toEqual([1000, 2000]);
});

test('a connection that was cut may have brought the request: five', async () => {
  const { call, calls } = failing(() => new NetworkFault('cut', false, { retryable: true }));
  await expect(withRetries(call, retryOptions(900_000))).rejects.toThrow('cut');
  expect(calls()).toBe(5);
});

test('what cannot pass is not tried again', async () => {
  const { call, calls } = failing(() => new Failure('validation', 'wrong'));
  await expect(withRetries(call, retryOptions(900_000))).rejects.toThrow('wrong');
  expect(calls()).toBe(1);
});

test('Retry-After is obeyed, and never past the deadline', async () => {
  const limited = failing(() => busy({ retryAfterMs: 20_000 }));
  const time = retryOptions(50_000);
  await expect(withRetries(limited.call, time)).rejects.toThrow('busy');
  expect(time.waits).toEqual([20_000, 20_000]);
  expect(limited.calls()).toBe(3);
});

test('a try that the deadline cuts short leaves what the one before was told', async () => {
  const stop = new AbortController();
  const time = {
    ...retryOptions(900_000),
    deadline: { ...retryOptions(0).deadline, remaining: () => 900_000, signal: stop.signal },
  };
  let calls = 0;
  const call = async (): Promise<never> => {
    calls += 1;
    if (calls === 2) stop.abort();
    throw calls === 1 ? busy() : new Failure('timeout', 'time is over', { retryable: true });
  };
  await expect(withRetries(call, time)).rejects.toThrow('busy');
});

test('the first answer that is good ends it', async () => {
  let calls = 0;
  const told: string[] = [];
  const answer = await withRetries(
    async () => {
      calls += 1;
      if (calls < 3) throw busy();
      return 'taken';
    },
    { ...retryOptions(900_000), onRetry: ({ message }, wait) => void told.push(`${message} ${wait}`) },
  );
  expect(answer).toBe('taken');
  expect(told).toEqual(['busy 1000', 'busy 2000']);
});
