import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from './support/program.ts';
import { losingTheAnswer, startService } from './support/service.ts';

test.each(['guide', 'tasks', 'service'] as const)(
  'makes a picture against a server of the %s dialect',
  async (dialect) => {
    const service = await startService({ dialect });
    const machine = await newMachine();
    const { exitCode, stdout, stderr } = await run(machine, [
      'generate',
      'mug with HELLO',
      '--base-url',
      service.url,
    ]);
    expect(stderr).toContain('✔ mug with HELLO');
    expect(exitCode).toBe(0);
    expect(await filesIn(machine.folder)).toEqual([stdout]);
    expect(await readFile(`${machine.folder}/${stdout}`)).toEqual(service.picture);
    expect(service.tasks.size).toBe(1);
  },
);

test('pays once where the answer of the POST is lost', async () => {
  const service = await startService();
  const machine = await newMachine();
  service.next('create', losingTheAnswer);
  const { exitCode, stderr } = await run(machine, ['generate', 'a mug', '--base-url', service.url]);
  expect(stderr).toContain('trying again');
  expect(exitCode).toBe(0);
  expect(service.tasks.size).toBe(1);
});
