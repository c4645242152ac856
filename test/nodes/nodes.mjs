// npm run test:nodes [-- test files]: the tests under the oldest Node that package.json promises and under every line
// of Node since, one after the other. Exit 1 if any fails anywhere.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { installNode } from './install-node.mjs';

const project = resolve(import.meta.dirname, '../..');
const { engines } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
const lines = [engines.node.replace('>=', ''), '22', '24', '26'];
const files = process.argv.slice(2);
const results = lines.map(resultOf);
console.table(Object.fromEntries(results.map(({ version, ...counts }) => [version, counts])));
process.exitCode = results.every(({ exit }) => exit === 0) ? 0 : 1;

function resultOf(line) {
  const bin = installNode(line, project);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const node = join(bin, process.platform === 'win32' ? 'node.exe' : 'node');
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const room = mkdtempSync(join(tmpdir(), 'runapi-imagen-nodes-'));
  const report = join(room, 'report.json');
  console.log(`\nNode ${version}`);
  // Whatever is picked: the test that the program runs under that Node and no other.
  const picked = files.length === 0 ? [] : ['test/nodes', ...files];
  const words = ['run', '--config', 'test/vitest.config.ts', '--reporter=dot', '--reporter=json'];
  const start = performance.now();
  const { status } = spawnSync(
    node,
    ['node_modules/vitest/vitest.mjs', ...words, `--outputFile.json=${report}`, ...picked],
    { cwd: project, env: { ...env, TESTED_NODE: version }, stdio: 'inherit' },
  );
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(room, { recursive: true, force: true });
  return {
    version,
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests,
    seconds: Math.round((performance.now() - start) / 1000),
    exit: status,
  };
}
