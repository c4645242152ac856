// The whole sweep, with its figures: npm run test:kill [-- kills [seed [remix|manifest]]]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const [kills = 200, seed = 1] = process.argv.slice(2, 4).map(Number);
const onlyRemix = process.argv[4] === 'remix';
const ofManifests = process.argv[4] === 'manifest';
const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-sweep-'));
const outfile = join(folder, 'sweep.mjs');
await build({
  entryPoints: [here(ofManifests ? 'manifest-sweep.ts' : 'sweep.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
});
const { sweep, sweepManifests = sweep } = await import(pathToFileURL(outfile).href);
await rm(folder, { recursive: true });

const program = { bin: here('../../bin/runapi-imagen.cjs'), dieAtStep: here('die-at-step.mjs') };
const began = performance.now();
const tally = await sweepManifests(program, { kills, atOnce: 6, seed, onlyRemix });
for (const problem of tally.problems) console.log(`${problem}\n`);
console.log(`kills              ${tally.kills}`);
console.log(`tasks accepted     ${tally.accepted}`);
console.log(ofManifests ? `locks torn         ${tally.torn}` : `files whole        ${tally.whole}`);
console.log(`tasks paid twice   ${tally.paidTwice}`);
console.log(`tasks lost         ${tally.lost}`);
console.log(`other problems     ${tally.problems.length}`);
console.log(`seconds            ${((performance.now() - began) / 1000).toFixed(1)}`);
process.exitCode = tally.problems.length > 0 || tally.paidTwice > 0 || tally.lost > 0 ? 1 : 0;
