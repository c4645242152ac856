import { expect, test } from 'vitest';
import { drawsFrom, pick } from '../../src/sandbox/draws.ts';

const some = (text: string) => {
  const draw = drawsFrom(text);
  return Array.from({ length: 1000 }, draw);
};

test('the same text gives the same numbers, another text others', () => {
  expect(some('a')).toEqual(some('a'));
  expect(some('a')).not.toEqual(some('b'));
});

test('the numbers spread evenly from 0 to below 1', () => {
  const numbers = some('a');
  for (let tenth = 0; tenth < 10; tenth++) {
    const { length } = numbers.filter((number) => Math.floor(number * 10) === tenth);
    expect(Math.abs(length - 100)).toBeLessThan(40);
  }
});

test('each item of a list is picked about as often', () => {
  const draw = drawsFrom('a');
  const picked = Array.from({ length: 300 }, () => pick(draw, ['x', 'y', 'z']));
  for (const item of 'xyz') expect(picked.filter((one) => one === item).length).toBeGreaterThan(70);
});
