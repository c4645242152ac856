// The sweep of serve and of programs that import the package: npm run test:doors [-- kills [seed]]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const [kills = 200, seed = 1] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-sweep-'));
const outfile = join(folder, 'doors.mjs');
await build({ entryPoints: [here('doors.ts')], outfile, bundle: true, format: 'esm', platform: 'node' });
const { sweepDoors } = await import(pathToFileURL(outfile).href);
await rm(folder, { recursive: true });

const doors = {
  bin: here('../../bin/runapi-imagen.cjs'),
  library: here('../../dist/index.cjs'),
  dieAtStep: here('die-at-step.mjs'),
};
const { problems, ...figures } = await sweepDoors(doors, { kills, atOnce: 4, seed });
for (const problem of problems) console.log(`${problem}\n`);
for (const [name, figure] of Object.entries({ ...figures, problems: problems.length }))
  console.log(`${name.padEnd(10)} ${figure}`);
process.exitCode = problems.length > 0 || figures.paidTwice > 0 || figures.lost > 0 ? 1 : 0;
