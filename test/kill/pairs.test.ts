import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bin } from '../support/program.ts';
import { sweepPairs } from './pair-sweep.ts';

test.skipIf(process.platform === 'win32')(
  'two processes on one record, frozen, killed and with a failing disk, lose nothing and pay nothing twice (needs signals)',
  { timeout: 120_000 },
  async () => {
    const program = { bin, harm: fileURLToPath(new URL('./harm.mjs', import.meta.url)) };
    const { problems, ...tally } = await sweepPairs(program, { lives: 4, atOnce: 4, seed: 3 });
    expect(problems).toEqual([]);
    expect(tally).toMatchObject({ lives: 4, paidTwice: 0, lost: 0, torn: 0, blocked: 0, whole: tally.accepted });
  },
);
