import { expect, test } from 'vitest';
import { NetworkFault } from '../../src/api/network-fault.ts';
import { withRetries } from '../../src/api/with-retries.ts';
import { Failure } from '../../src/errors.ts';

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
