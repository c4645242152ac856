import { defineConfig } from 'vitest/config';

/**
 * On Windows: the tables, and the package as it is installed. The other tests of the whole program read its output with
 * the paths of Unix, start it from a Unix shell, send it signals or take rights away.
 */
const onWindows = [
  'test/{api,image,nodes,package,sandbox,settings,task}/*.test.ts',
  'test/sandbox/picture/*.test.ts',
  'test/hermes/{env-file,home,key}.test.ts',
  'test/report/{exit-code,failure-text}.test.ts',
  'test/terminal/{abilities,cells,columns,printable,redact}.test.ts',
  'test/{batch/rows,money/amounts,near-miss}.test.ts',
];

export default defineConfig({
  test: {
    include: process.platform === 'win32' ? onWindows : ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Nearly every test starts processes of its own, so files share a worker: a sixth of the time goes with a process each.
    isolate: false,
    // Most tests wait for child processes: a worker for each core would leave the machine idle.
    maxWorkers: 6,
  },
});
