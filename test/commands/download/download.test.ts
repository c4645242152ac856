import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { answering, smallPng, startService } from '../../support/service.ts';

test('saves what was let go, on another machine too', async () => {
  const service = await startService({ runningLooks: 0 });
  const [here, there] = [await newMachine(), await newMachine()];
  const { stdout: id } = await run(here, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
  const own = await run(here, ['download', id]);
  expect({ exitCode: own.exitCode, stdout: own.stdout }).toEqual({ exitCode: 0, stdout: `a-mug-${id.slice(-8)}.png` });
  expect(await readFile(join(here.folder, own.stdout))).toEqual(service.picture);

  const foreign = await run(there, ['download', id, '--base-url', service.url, '--json']);
  expect(foreign.exitCode).toBe(0);
  expect(JSON.parse(foreign.stdout)).toMatchObject({
    task_id: id,
    status: 'completed',
    prompt: null,
    model: null,
    created_at: null,
    elapsed_ms: null,
    images: [{ path: join(there.folder, `image-${id.slice(-8)}.png`), width: 16 }],
    resume: null,
  });
  expect(service.count('create')).toBe(1);
});

test('a task that still runs is not waited for unless --wait says so', async () => {
  const service = await startService({ runningLooks: 2 });
  const machine = await newMachine();
  const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
  const early = await run(machine, ['download', id]);
  expect({ exitCode: early.exitCode, stdout: early.stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(early.stderr).toContain(`error: task ${id} is still running`);
  expect(early.stderr).toContain('Wait for it with --wait');
  const patient = await run(machine, ['download', id, '--wait', '--poll-interval', '50ms']);
  expect({ exitCode: patient.exitCode, files: await filesIn(machine.folder) }).toEqual({
    exitCode: 0,
    files: [patient.stdout],
  });
});

test('several at once, into a folder, each with its own name', async () => {
  const service = await startService({ runningLooks: 0, pictures: [smallPng(1), smallPng(2)] });
  const machine = await newMachine();
  const words = ['generate', 'x', '--count', '2', '--no-wait', '--base-url', service.url];
  const ids = (await run(machine, words)).stdout.split('\n');
  const { exitCode, stdout } = await run(machine, ['download', ...ids, '-d', 'shots', '-o', '{index}']);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').sort()).toEqual(['shots/1-2.png', 'shots/1.png', 'shots/2-2.png', 'shots/2.png']);
  expect(await readFile(join(machine.folder, 'shots/2-2.png'))).toEqual(smallPng(2));
});

test('what was saved before is fetched again, beside it, over it or not at all', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  await run(machine, ['generate', 'a mug', '-o', 'a.png', '--base-url', service.url]);
  const [task] = service.tasks.values();
  const id = String(task?.id);
  const beside = await run(machine, ['download', id, '-o', 'a.png']);
  const over = await run(machine, ['download', id, '-o', 'a.png', '--overwrite']);
  const not = await run(machine, ['download', id, '-o', 'a.png', '--skip-existing']);
  expect([beside.stdout, over.stdout, not.stdout]).toEqual(['a-2.png', 'a.png', 'a.png']);
  expect([beside.exitCode, over.exitCode, not.exitCode]).toEqual([0, 0, 0]);
  expect(await filesIn(machine.folder)).toEqual(['a-2.png', 'a.png']);
  expect(service.count('create')).toBe(1);
});

test('to stdout', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
  const { exitCode, stdout } = await run(machine, ['download', id, '-o', '-'], { encoding: 'buffer' });
  expect(exitCode).toBe(0);
  expect(Buffer.from(stdout)).toEqual(service.picture);
});

test('an unknown task is told without a command that could not help', async () => {
  const service = await startService();
  service.always('other', answering(404, {}));
  const machine = await newMachine();
  const { exitCode, stdout, stderr } = await run(machine, ['download', 'tsk_x', '--base-url', service.url]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
  expect(stderr.split('\n')).toEqual([
    `error: ${new URL(service.url).host} has no task tsk_x`,
    'Check the id, and that the key is of the account that made it',
  ]);
});

test('a failed task is told with its reason', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
  service.always('look', answering(200, { id, status: 'failed', error: 'blocked' }));
  const { exitCode, stdout, stderr } = await run(machine, ['download', id]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: '' });
  expect(stderr).toContain('error: the task failed: blocked');
});
