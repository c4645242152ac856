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

/** Follows a task of which each look says the next of these; the last one over and over. */
function followed(
  says: ReadonlyArray<Task | Failure>,
  {
    clock = fakeClock(),
    timeoutMs = 15 * minute,
    ageMs = 0,
    onLook = (_looks: number, _clock: FakeClock): void => undefined,
  } = {},
) {
  let looks = 0;
  const task = follow({
    clock,
    ageMs,
    pace: fixedPace(1000),
    deadline: clock.deadline(timeoutMs),
    async look() {
      const said = says[Math.min(looks, says.length - 1)] as Task | Failure;
      looks += 1;
      clock.pass(1);
      onLook(looks, clock);
      if (said instanceof Failure) throw said;
      return { task: said };
    },
  });
  return { task, looks: () => looks };
}

test('survives any number of lost looks', async () => {
  const { task, looks } = followed([...Array(40).fill(lost), completed], { timeoutMs: 60 * minute });
  expect([await task, looks()]).toEqual([completed, 41]);
});

test('gives up when time runs out, and says so', async () => {
  await expect(followed([lost]).task).rejects.toMatchObject({ code: 'timeout' });
  await expect(followed([running]).task).rejects.toMatchObject({ code: 'timeout' });
});

test.each([10 * 365 * 24 * 60 * minute, -10 * 365 * 24 * 60 * minute])(
  'a date that jumps by %i ms changes nothing',
  async (jump) => {
    const says = [running, running, running, completed];
    const clock = fakeClock();
    const { task, looks } = followed(says, { clock, onLook: (count, its) => count === 2 && its.jump(jump) });
    expect([await task, looks(), clock.monotonic()]).toEqual([completed, 4, 3004]);
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
])('a task that %s is told as such', async (_, says, ageMs) => {
  const { task, looks } = followed(says, { ageMs });
  await expect(task).rejects.toBe(unknown);
  if (ageMs > 0) expect(looks()).toBe(1);
});

test('what no other look can mend ends it at once', async () => {
  const refused = new Failure('authentication', 'Key revoked');
  const { task, looks } = followed([running, refused]);
  await expect(task).rejects.toBe(refused);
  expect(looks()).toBe(2);
});
