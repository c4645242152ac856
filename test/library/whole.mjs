// The tests that need programs of others, which are installed outside the repository first: npm run test:programs
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const packages = ['openai', 'ai', '@ai-sdk/openai', '@langchain/openai', '@langchain/core', '@arethetypeswrong/cli'];
const home = await mkdtemp(join(tmpdir(), 'runapi-imagen-programs-'));
await writeFile(join(home, 'package.json'), '{"private":true}');
const run = (program, words, options) => spawnSync(program, words, { stdio: 'inherit', ...options }).status ?? 1;
const vitest = [
  'vitest',
  'run',
  '--config',
  'test/vitest.config.ts',
  'test/library',
  'test/commands/serve/clients.test.ts',
];
process.exitCode =
  run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: home }) ||
  run('npx', vitest, { env: { ...process.env, PROGRAMS_AT: home } });
await rm(home, { recursive: true });
