/** @module-tag slow */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { project } from '../package/pack.ts';
import { bin } from '../support/program.ts';
import { sweepDoors } from './doors.ts';

test('serve and programs that are killed anywhere lose nothing and pay nothing twice', {
  timeout: 120_000,
}, async () => {
  const dieAtStep = fileURLToPath(new URL('./die-at-step.mjs', import.meta.url));
  const doors = { bin, dieAtStep, library: join(project, 'dist/index.cjs') };
  const { problems, ...tally } = await sweepDoors(doors, { kills: 16, atOnce: 4, seed: 1 });
  expect(problems).toEqual([]);
  expect(tally).toMatchObject({ paidTwice: 0, lost: 0, whole: tally.accepted });
});
