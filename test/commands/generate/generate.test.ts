import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { json, losingTheAnswer, type Service, startService } from '../../support/service.ts';

/** The main job in ten sentences: one line in, a picture out, whatever happens on the way. */
describe('generate', () => {
  test('submits one task, waits for it, saves the picture and prints its path', async () => {
    const { service, machine } = await scene();
    const { stdout, exitCode } = await generate(machine, service);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^a-mug-[0-9a-f]{8}\.png$/);
    expect(await readFile(join(machine.folder, stdout))).toEqual(service.picture);
  });

  test('sends exactly what was asked for, with the key and an idempotency key', async () => {
    const { service, machine } = await scene();
    await generate(machine, service, '--ratio', '16:9', '--seed', '7', '--negative', 'text');
    const [{ body = '', headers = {} } = {}] = service.calls;
    expect(JSON.parse(body)).toEqual({
      model: 'imagen-4',
      prompt: 'a mug',
      aspect_ratio: '16:9',
      seed: 7,
      negative_prompt: 'text',
    });
    expect(headers.authorization).toBe(`Bearer ${machine.env.RUNAPI_API_KEY}`);
    expect(headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('tells on stderr what goes on, and on stdout nothing but the path', async () => {
    const { service, machine } = await scene();
    const { stdout, stderr } = await generate(machine, service);
    const lines = stderr.split('\n');
    expect(lines[0]).toBe('imagen-4: submitting · 0s');
    expect(lines.at(-1)).toMatch(/^✔ a mug 16×16 PNG, \d+ B · \d+\.\ds/);
    expect(stdout.split('\n')).toHaveLength(1);
  });

  test('prints one JSON object for scripts', async () => {
    const { service, machine } = await scene();
    const { stdout } = await generate(machine, service, '--json');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ status: 'completed', model: 'imagen-4', prompt: 'a mug', error: null });
    expect(report.images[0].path).toMatch(/^\/.*\/a-mug-[0-9a-f]{8}\.png$/);
    expect([...service.tasks.values()].map(({ id }) => id)).toEqual([report.task_id]);
  });

  test('pays once where the answer of the POST is lost', async () => {
    const { service, machine } = await scene();
    service.next('create', losingTheAnswer);
    const { exitCode, stderr } = await generate(machine, service);
    expect(stderr).toContain('retrying');
    expect([exitCode, service.tasks.size]).toEqual([0, 1]);
  });

  test('takes up the task of a run that was killed, and pays nothing more', async () => {
    const { service, machine } = await scene();
    service.always('look', (_, response) => json(response, 200, { status: 'processing' }));
    const killed = generate(machine, service);
    while (service.count('look') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    killed.kill('SIGKILL');
    await killed;
    service.heal();
    const { exitCode, stderr } = await generate(machine, service);
    expect(stderr).toContain('of an interrupted run: it is not paid for again');
    expect([exitCode, service.tasks.size]).toEqual([0, 1]);
  });

  test('keeps polling through answers that are lost', async () => {
    const { service, machine } = await scene();
    service.next(
      'look',
      (_, response) => json(response, 503, {}),
      (_, response) => response.destroy(),
    );
    expect((await generate(machine, service)).exitCode).toBe(0);
    expect(service.tasks.size).toBe(1);
  });

  test('says what the service refused, exits with its code and leaves nothing behind', async () => {
    const { service, machine } = await scene();
    service.next('create', (_, response) => json(response, 402, { error: 'not enough credits' }));
    const { stdout, stderr, exitCode } = await generate(machine, service);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 3 });
    expect(stderr).toContain('error: not enough credits');
    expect(await filesIn(machine.folder)).toEqual([]);
  });

  test('exits 7 where the task failed at the model', async () => {
    const { service, machine } = await scene();
    service.always('look', (_, response) => json(response, 200, { status: 'failed', error: 'blocked' }));
    const { stdout, stderr, exitCode } = await generate(machine, service);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 7 });
    expect(stderr).toContain('error: the task failed: blocked');
  });

  test('refuses a mistake before anything is sent', async () => {
    const { service, machine } = await scene();
    const { stdout, stderr, exitCode } = await generate(machine, service, '--ratio', '2:1');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 4 });
    expect(stderr).toContain('error: Invalid --ratio "2:1": imagen-4 supports 1:1, 16:9, 9:16, 3:4 and 4:3');
    expect(service.calls).toEqual([]);
  });
});

async function scene(): Promise<{ service: Service; machine: Machine }> {
  return { service: await startService(), machine: await newMachine() };
}

function generate(machine: Machine, service: Service, ...flags: string[]) {
  return run(machine, ['generate', 'a mug', '--poll-interval', '20ms', '--base-url', service.url, ...flags]);
}
