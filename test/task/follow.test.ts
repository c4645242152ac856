import { expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { follow } from '../../src/task/follow.ts';
import { fixedPace } from '../../src/task/pace.ts';
import type { Task } from '../../src/task/task.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';

const minute = 60_000;
const running: Task = { id: 'tsk_a', status: 'processing', images: [], reason: null, cost: null };
const completed: Task = { ...running, status: 'completed' };
const lost = new Failure('network', 'lost', { retryable: true });
const unknown = new Failure('not_found', 'no such task');

/** Follows a task: each poll answers the next of these, the last one over and over. */
function followed(
  says: ReadonlyArray<Task | Failure>,
  {
    clock = fakeClock(),
    timeoutMs = 15 * minute,
    ageMs = 0,
    onPolled = (_polls: number, _clock: FakeClock): void => undefined,
  } = {},
) {
  let polls = 0;
  const task = follow({
    clock,
    ageMs,
    pace: fixedPace(1000),
    deadline: clock.deadline(timeoutMs),
    async poll() {
      const said = says[Math.min(polls, says.length - 1)] as Task | Failure;
      polls += 1;
      clock.pass(1);
      onPolled(polls, clock);
      if (said instanceof Failure) throw said;
      return { task: said };
    },
  });
  return { task, polls: () => polls };
}

test('survives any number of lost polls', async () => {
  const { task, polls } = followed([...Array(40).fill(lost), completed], { timeoutMs: 60 * minute });
  expect([await task, polls()]).toEqual([completed, 41]);
});

test('ends with a timeout at the deadline', async () => {
  await expect(followed([lost]).task).rejects.toMatchObject({ code: 'timeout' });
  await expect(followed([running]).task).rejects.toMatchObject({ code: 'timeout' });
});

test('waits as long as the service asks, after an answer as after a refusal', async () => {
  const busy = new Failure('rate_limit', 'busy', { retryable: true, retryAfterMs: 20_000 });
  const clock = fakeClock(0, () => 0);
  const polledAt: number[] = [];
  await follow({
    clock,
    ageMs: 0,
    pace: fixedPace(1000),
    deadline: clock.deadline(minute),
    async poll() {
      polledAt.push(clock.monotonic());
      if (polledAt.length === 1) throw busy;
      return polledAt.length === 2 ? { task: running, retryAfterMs: 5000 } : { task: completed };
    },
  });
  expect(polledAt).toEqual([0, 20_000, 25_000]);
});

test('ends at the deadline even where the service asks for more time', async () => {
  const busy = new Failure('rate_limit', 'busy', { retryable: true, retryAfterMs: 60 * minute });
  const clock = fakeClock();
  await expect(followed([busy], { clock }).task).rejects.toMatchObject({ code: 'timeout' });
  expect(clock.monotonic()).toBe(15 * minute);
});

test.each([10 * 365 * 24 * 60 * minute, -10 * 365 * 24 * 60 * minute])(
  'a date that jumps by %i ms changes nothing',
  async (jump) => {
    const says = [running, running, running, completed];
    const clock = fakeClock();
    const { task, polls } = followed(says, { clock, onPolled: (count, its) => count === 2 && its.jump(jump) });
    expect([await task, polls(), clock.monotonic()]).toEqual([completed, 4, 3004]);
  },
);

test.each<[string, Array<Task | Failure>]>([
  ['was just accepted', [unknown, unknown, completed]],
  ['was seen before', [running, unknown, unknown, completed]],
])('a task that %s may be unknown for a moment', async (_, says) => {
  expect(await followed(says).task).toBe(completed);
});

test.each<[string, Array<Task | Failure>, number]>([
  ['stays unknown', [unknown], 0],
  ['becomes unknown', [running, unknown], 0],
  ['is old and was never seen', [unknown], minute],
])('a task that %s ends as not found', async (_, says, ageMs) => {
  const { task, polls } = followed(says, { ageMs });
  await expect(task).rejects.toBe(unknown);
  if (ageMs > 0) expect(polls()).toBe(1);
});

test('a failure that no retry can change ends it at once', async () => {
  const refused = new Failure('authentication', 'Key revoked');
  const { task, polls } = followed([running, refused]);
  await expect(task).rejects.toBe(refused);
  expect(polls()).toBe(2);
});
