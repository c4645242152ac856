import { describe, expect, test } from 'vitest';
import { newMachine, run } from '../../support/program.ts';
import { answering, json, startService } from '../../support/service.ts';

test('tells the state of each task in a line: id, state, URLs', async () => {
  const service = await startService({ runningLooks: 1 });
  const machine = await newMachine();
  const words = ['generate', 'x', '--count', '2', '--no-wait', '--base-url', service.url];
  const ids = (await run(machine, words)).stdout.split('\n');
  const running = await run(machine, ['status', ...ids]);
  expect({ exitCode: running.exitCode, stderr: running.stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(running.stdout.split('\n').sort()).toEqual(ids.map((id) => `${id}\tprocessing`).sort());
  const done = await run(machine, ['status', ...ids]);
  expect(done.stdout.split('\n').sort()).toEqual(
    ids.map((id) => `${id}\tcompleted\t${service.url}/files/${id}/0.png`).sort(),
  );
});

test('--wait waits until each has ended, --json tells all of it', async () => {
  const service = await startService({ runningLooks: 2 });
  const machine = await newMachine();
  const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
  const { exitCode, stdout } = await run(machine, [
    'status',
    id,
    '--wait',
    '--poll-interval',
    '50ms',
    '--json',
    '--exit-status',
  ]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    task_id: id,
    status: 'completed',
    prompt: 'a mug',
    images: [{ url: `${service.url}/files/${id}/0.png`, path: null }],
    resume: `runapi-imagen download ${id}`,
    error: null,
  });
});

test('the command that it names works when pasted', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
  const stranger = await newMachine();
  const { stdout } = await run(stranger, ['status', id, '--json', '--base-url', service.url]);
  const { resume } = JSON.parse(stdout);
  expect(resume).toBe(`runapi-imagen download ${id} --base-url ${service.url}`);
  const { exitCode } = await run(stranger, resume.split(' ').slice(1));
  expect(exitCode).toBe(0);
});

describe('what nobody can tell', () => {
  test('an unknown task is an error, and no state is printed', async () => {
    const service = await startService();
    service.always('other', answering(404, { error: 'no' }));
    const machine = await newMachine();
    const { exitCode, stdout, stderr } = await run(machine, ['status', 'tsk_x', '--base-url', service.url]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      `error: ${new URL(service.url).host} has no task tsk_x`,
      'Check the id, and that the key is of the account that made it',
    ]);
    const { stdout: line } = await run(machine, ['status', 'tsk_x', '--json', '--base-url', service.url]);
    expect(JSON.parse(line)).toMatchObject({ task_id: 'tsk_x', resume: null, error: { code: 'not_found' } });
  });

  test('one of several does not hide the others', async () => {
    const service = await startService();
    service.always('other', answering(404, { error: 'no' }));
    const machine = await newMachine();
    const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
    const { exitCode, stdout, stderr } = await run(machine, ['status', 'tsk_x', id, '--base-url', service.url]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 10, stdout: `${id}\tprocessing` });
    expect(stderr).toContain('has no task tsk_x');
  });

  test('without a key it is told once', async () => {
    const machine = await newMachine();
    const env = { ...machine.env, RUNAPI_API_KEY: '' };
    const { exitCode, stdout, stderr } = await run(machine, ['status', 'tsk_x', 'tsk_y', '--json'], { env });
    expect(exitCode).toBe(2);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'authentication' } });
  });
});

test('a busy server is asked again, a few times', async () => {
  const service = await startService();
  service.next('look', answering(503, {}, { 'retry-after': '0' }), answering(429, {}, { 'retry-after': '0' }));
  const machine = await newMachine();
  const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
  const { exitCode, stdout, stderr } = await run(machine, ['status', id]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${id}\tprocessing` });
  expect(stderr.match(/retrying/g)).toHaveLength(2);
});

test('a task of another server is looked for where --base-url says', async () => {
  const [first, second] = [await startService(), await startService()];
  const machine = await newMachine();
  const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', first.url]);
  second.always('other', answering(404, {}));
  second.always('look', (_, response) => json(response, 200, { id, status: 'queued' }));
  const { stdout } = await run(machine, ['status', id, '--base-url', second.url]);
  expect(stdout).toBe(`${id}\tpending`);
  expect(first.count('look')).toBe(0);
});
