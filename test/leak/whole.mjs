// Runs the tests and searches every byte that the program writes for a key: npm run test:leak [-- --plant] [tests]

import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKeys } from './keys.mjs';
import { makeNotedBin } from './noted-bin.mjs';
import { search } from './search.mjs';

const root = join(import.meta.dirname, '../..');
const words = process.argv.slice(2);
const tests = words.filter((word) => word !== '--plant');
const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-leak-'));
const { path, writes } = await makeNotedBin(folder, join(root, 'bin/runapi-imagen.cjs'), words.includes('--plant'));
const began = performance.now();
const vitest = [
  'vitest',
  'run',
  '--config',
  'test/vitest.config.ts',
  '--reporter=dot',
  '--exclude',
  'test/leak/**',
  ...tests,
];
spawnSync('npx', vitest, {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, NOTED_BIN: path },
});

const { runs, files, bytes, allowed, hits } = search(writes, testKeys);
for (const { place, words, trace, around } of hits)
  console.log(`${place}: ${trace} in ${around}\n  by ${words.join(' ')}\n`);
console.log(`runs of the program           ${runs}`);
console.log(`places written to             ${files}`);
console.log(`bytes searched                ${bytes}`);
console.log(`keys looked for               ${testKeys.length}`);
console.log(`in our own settings, 0600     ${allowed}`);
console.log(`leaks                         ${hits.length}`);
console.log(`seconds                       ${((performance.now() - began) / 1000).toFixed(0)}`);
console.log(`kept in                       ${folder}`);
process.exitCode = hits.length > 0 || runs === 0 ? 1 : 0;
