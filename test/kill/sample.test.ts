/** @module-tag slow */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bin } from '../support/program.ts';
import { sweep } from './sweep.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test('a process that is killed anywhere loses nothing and pays nothing twice', { timeout: 120_000 }, async () => {
  const program = { bin, dieAtStep: here('die-at-step.mjs') };
  const { problems, ...tally } = await sweep(program, { kills: 16, atOnce: 4, seed: 1 });
  expect(problems).toEqual([]);
  expect(tally).toMatchObject({ paidTwice: 0, lost: 0, whole: tally.accepted });
});
