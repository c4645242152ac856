/** @module-tag slow */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bin } from '../support/program.ts';
import { sweep } from './sweep.ts';

test('a process that is killed anywhere loses nothing and pays nothing twice', { timeout: 120_000 }, async () => {
  const program = { bin, dieAtStep: fileURLToPath(new URL('./die-at-step.mjs', import.meta.url)) };
  const { problems, ...tally } = await sweep(program, { kills: 30, atOnce: 4, seed: 1 });
  expect(problems).toEqual([]);
  expect(tally).toMatchObject({ paidTwice: 0, lost: 0, whole: tally.accepted });
});
