/** @module-tag slow */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bin } from '../support/program.ts';
import { sweepManifests } from './manifest-sweep.ts';

test('a run with a lock that is killed anywhere loses nothing, pays nothing twice and tears no lock', {
  timeout: 240_000,
}, async () => {
  const program = { bin, dieAtStep: fileURLToPath(new URL('./die-at-step.mjs', import.meta.url)) };
  const { problems, ...tally } = await sweepManifests(program, { kills: 12, atOnce: 4, seed: 1 });
  expect(problems).toEqual([]);
  expect(tally).toMatchObject({ paidTwice: 0, lost: 0, torn: 0 });
});
