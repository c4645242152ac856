import { defineConfig } from 'vitest/config';

/**
 * On Windows: the tables, and the package as it is installed. The other tests of the whole program read its output with
 * the paths of Unix, start it from a Unix shell, send it signals or take rights away.
 */
const onWindows = [
  'test/{image,nodes,package,request,sandbox,task}/*.test.ts',
  'test/api/{answer,base-url,network-fault,open-image,problem,proxy,retry,routes}.test.ts',
  'test/hermes/{home,key,variables}.test.ts',
  'test/sandbox/picture/*.test.ts',
  'test/report/shell-command.test.ts',
  'test/terminal/{cells,colours,columns,printable,status-line}.test.ts',
  'test/{api-key,commands/batch/rows,disk/{folders,read-text},near-miss}.test.ts',
];

export default defineConfig({
  test: {
    include: process.platform === 'win32' ? onWindows : ['test/**/*.test.ts'],
    tags: [{ name: 'slow', description: 'left out of npm test: npm run test:slow' }],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Nearly every test starts processes of its own, so files share a worker: a sixth of the time goes with a process each.
    isolate: false,
    // Most tests wait for child processes: a worker for each core would leave the machine idle.
    maxWorkers: 6,
  },
});
