// The whole sweep, with its figures: npm run test:kill [-- lives [seed [one|remix|manifest|pairs [number of a life]]]]
// Without a kind: one process that is killed as often as `lives` says, then so many lives of two processes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const [lives = 200, seed = 1] = process.argv.slice(2, 4).map(Number);
const [kind, only] = process.argv.slice(4);
const atOnce = Number(process.env.AT_ONCE ?? 6);
const program = {
  bin: here('../../bin/runapi-imagen.cjs'),
  dieAtStep: here('die-at-step.mjs'),
  harm: here('harm.mjs'),
};
const kills = { kills: lives, atOnce, seed };
const sweeps = {
  one: async () => (await load('sweep.ts')).sweep(program, kills),
  remix: async () => (await load('sweep.ts')).sweep(program, { ...kills, onlyRemix: true }),
  manifest: async () => (await load('manifest-sweep.ts')).sweepManifests(program, kills),
  pairs: async () =>
    (await load('pair-sweep.ts')).sweepPairs(program, { lives, atOnce, seed, only: only && Number(only) }),
};

for (const name of kind ? [kind] : ['one', 'pairs']) {
  const began = performance.now();
  const { problems, ...figures } = await sweeps[name]();
  for (const problem of problems) console.log(`${problem}\n`);
  console.log(`${name}, seed ${seed}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  for (const [what, figure] of Object.entries({ ...figures, problems: problems.length, seconds }))
    console.log(`${what.padEnd(12)} ${figure}`);
  if (problems.length > 0 || figures.paidTwice > 0 || figures.lost > 0) process.exitCode = 1;
}

async function load(entry) {
  const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-sweep-'));
  const outfile = join(folder, 'sweep.mjs');
  await build({ entryPoints: [here(entry)], outfile, bundle: true, format: 'esm', platform: 'node' });
  const loaded = await import(pathToFileURL(outfile).href);
  await rm(folder, { recursive: true });
  return loaded;
}
