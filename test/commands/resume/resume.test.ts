import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { remember } from '../../support/record.ts';
import { startService } from '../../support/service.ts';

test('a damaged run that may hold an unknown purchase stays, whatever else resume finishes', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const quick = ['--poll-interval', '20ms', '--base-url', service.url];
  expect((await run(machine, ['generate', 'an owl', '--no-wait', ...quick])).exitCode).toBe(0);
  const path = await remember(machine, [{ prompt: 'a mug', how: null, file: null }], 'm1-aaaaaaaa');
  const [header = ''] = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, [header, '\0'.repeat(300), '\0'.repeat(100)].join('\n'));

  const resumed = await run(machine, ['resume', '--all', ...quick]);
  expect([resumed.exitCode, resumed.stderr]).toEqual([1, expect.stringContaining('one line cannot be read')]);
  expect(await filesIn(machine.folder)).toHaveLength(1);
  const generated = await run(machine, ['generate', 'a mug', ...quick]);
  expect([generated.exitCode, generated.stderr]).toEqual([4, expect.stringContaining('Nothing was bought')]);
  expect(service.tasks.size).toBe(1);
});

test.skipIf(process.platform === 'win32')(
  'a record that is not read is not called finished (needs file modes)',
  async () => {
    const machine = await newMachine();
    await remember(machine, [{ prompt: 'a mug', how: null, file: null }]);
    const state = join(machine.home, '.local/state/runapi-imagen');
    await chmod(state, 0o777);
    const { exitCode, stderr } = await run(machine, ['resume']);
    expect([exitCode, stderr.split('\n')]).toEqual([
      1,
      [
        `warning: ${state} can be written by other users: chmod go-w it`,
        `error: the record of paid tasks cannot be read: ${state} can be written by other users: chmod go-w it`,
        'What it holds is not known. Mend that, and run resume again',
      ],
    ]);
  },
);
