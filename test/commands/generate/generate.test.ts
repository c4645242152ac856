import { expect, test } from 'vitest';
import { newMachine, run } from '../../support/program.ts';
import { losingTheAnswer, startService } from '../../support/service.ts';

test('pays once where the answer of the POST is lost', async () => {
  const service = await startService();
  const machine = await newMachine();
  service.next('create', losingTheAnswer);
  const { exitCode, stderr } = await run(machine, ['generate', 'a mug', '--base-url', service.url]);
  expect(stderr).toContain('retrying');
  expect(exitCode).toBe(0);
  expect(service.tasks.size).toBe(1);
});
