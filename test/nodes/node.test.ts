import { execa } from 'execa';
import { expect, test } from 'vitest';
import { newMachine, run } from '../support/program.ts';

/** Set by `npm run test:nodes`. */
const { TESTED_NODE = process.version } = process.env;

test('the tests, the program and what it starts run under the same Node', async () => {
  const machine = await newMachine();
  const doctor = await run(machine, ['doctor', '--json']);
  const checks: { check: string; message: string }[] = doctor.stdout.split('\n').map((line) => JSON.parse(line));
  expect(process.version).toBe(TESTED_NODE);
  expect(checks.find(({ check }) => check === 'node')?.message).toMatch(`${TESTED_NODE} (`);
  expect((await execa('node', ['--version'], { env: machine.env })).stdout).toBe(TESTED_NODE);
});
