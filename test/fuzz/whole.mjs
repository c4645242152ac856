// Feeds every parser what nobody expects: npm run fuzz [-- --cases 1000000] [--seed 1] [--only "part of a name"]
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    only: { type: 'string', default: '' },
  },
});
const seed = Number(values.seed);

// Beside the packages, so that they are found.
const folder = here('../../node_modules/.cache');
const outfile = `${folder}/fuzz-${process.pid}.mjs`;
await mkdir(folder, { recursive: true });
const options = { bundle: true, format: 'esm', platform: 'node', packages: 'external', logLevel: 'error' };
await build({ entryPoints: [here('fuzz.ts')], outfile, ...options });
const { fuzz, portions } = await import(pathToFileURL(outfile).href);
await rm(outfile);

const findings = [];
console.log(`seed ${seed}\n`);
console.log('parser                                 cases    seconds');
for (const [target, cases] of portions(Number(values.cases))) {
  if (!target.name.includes(values.only)) continue;
  const finding = await fuzz(target, cases, seed);
  findings.push(finding);
  const seconds = (finding.milliseconds / 1000).toFixed(1).padStart(10);
  console.log(finding.name.padEnd(34) + String(finding.cases).padStart(10) + seconds);
  if (finding.failure === undefined) continue;
  console.log(`\n${finding.failure}\n`);
  console.log(`Again: npm run fuzz -- --only ${JSON.stringify(finding.name)} --cases ${values.cases} --seed ${seed}\n`);
}
const sum = (of) => findings.reduce((total, each) => total + of(each), 0);
const failures = findings.filter(({ failure }) => failure !== undefined);
const seconds = (sum(({ milliseconds }) => milliseconds) / 1000).toFixed(1);
console.log(
  `\n${sum(({ cases }) => cases)} cases, ${findings.length} parsers, ${seconds} s, ${failures.length} broken`,
);
process.exitCode = failures.length > 0 ? 1 : 0;
