/** @module-tag slow */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bin } from '../support/program.ts';
import { sweepPairs } from './pair-sweep.ts';
import { sweep } from './sweep.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test('a process that is killed anywhere loses nothing and pays nothing twice', { timeout: 120_000 }, async () => {
  const program = { bin, dieAtStep: here('die-at-step.mjs') };
  const { problems, ...tally } = await sweep(program, { kills: 16, atOnce: 4, seed: 1 });
  expect(problems).toEqual([]);
  expect(tally).toMatchObject({ paidTwice: 0, lost: 0, whole: tally.accepted });
});

test.skipIf(process.platform === 'win32')(
  'two processes on one record, frozen, killed and with a failing disk, lose nothing and pay nothing twice (needs signals)',
  { timeout: 120_000 },
  async () => {
    const { problems, ...tally } = await sweepPairs({ bin, harm: here('harm.mjs') }, { lives: 8, atOnce: 4, seed: 3 });
    expect(problems).toEqual([]);
    expect(tally).toMatchObject({ lives: 8, paidTwice: 0, lost: 0, torn: 0, blocked: 0, whole: tally.accepted });
  },
);
