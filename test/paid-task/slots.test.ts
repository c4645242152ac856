import { expect, test } from 'vitest';
import { createSlots } from '../../src/paid-task/slots.ts';

test('so many works run at once, one that waits gives its slot to the next, and a failed one gives it back', async () => {
  const slots = createSlots(2);
  const order: string[] = [];
  let wake = (): void => undefined;
  const waiting = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const work = (name: string, act = async (): Promise<void> => undefined) =>
    slots.run(async () => {
      order.push(`${name} begins`);
      await act();
      order.push(`${name} ends`);
    });
  const fails = work('a', () => Promise.reject(new Error('a')));
  const pausing = work('b', () => slots.pause(() => waiting));
  const quick = [work('c'), work('d')];
  await expect(fails).rejects.toThrow('a');
  await Promise.all(quick);
  expect(order.slice(0, 2)).toEqual(['a begins', 'b begins']);
  expect(order.slice(2).sort()).toEqual(['c begins', 'c ends', 'd begins', 'd ends']);
  wake();
  await pausing;
  expect(order.at(-1)).toBe('b ends');
});

test('a work whose wait is over goes on only when a slot is free', async () => {
  const slots = createSlots(1);
  const order: string[] = [];
  let end = (): void => undefined;
  const first = slots.run(async () => {
    await slots.pause(async () => undefined);
    order.push('first goes on');
  });
  const second = slots.run(async () => {
    order.push('second begins');
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    order.push('second ends');
  });
  while (order.length === 0) await Promise.resolve();
  end();
  await Promise.all([first, second]);
  expect(order).toEqual(['second begins', 'second ends', 'first goes on']);
});
