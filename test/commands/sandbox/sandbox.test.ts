/** @module-tag slow */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bin, filesIn, type Machine, newMachine, run } from '../../support/program.ts';

async function keyless(): Promise<Machine> {
  const machine = await newMachine();
  return { ...machine, env: { ...machine.env, RUNAPI_API_KEY: '' } };
}

describe('--sandbox', () => {
  test('makes a picture without a key, the same for the same request', async () => {
    const machine = await keyless();
    const words = ['generate', 'mug with HELLO', '--ratio', '16:9', '--sandbox', '--json', '--new'];
    const runs = await Promise.all([run(machine, words), run(machine, words)]);
    const [first, second] = runs.map(({ stdout }) => JSON.parse(stdout));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(first).toMatchObject({
      status: 'completed',
      sandbox: true,
      server: 'sandbox',
      reused: false,
      images: [{ width: 1408, height: 768, mime: 'image/png' }],
    });
    expect(first.images[0].sha256).toBe(second.images[0].sha256);
    expect(first.task_id).not.toBe(second.task_id);
    expect(await filesIn(machine.folder)).toHaveLength(2);
  });

  test.concurrent.for([
    ['402', 3, 'insufficient_credits'],
    ['422', 4, 'validation'],
    ['fail', 7, 'task_failed'],
    ['not-an-image', 9, 'download'],
  ] as const)('a prompt orders the fault %s', async ([word, exit, code], context) => {
    const machine = await newMachine(context.onTestFinished);
    const { exitCode, stdout } = await run(machine, ['generate', `a mug [sandbox:${word}]`, '--sandbox', '--json']);
    expect(exitCode).toBe(exit);
    expect(JSON.parse(stdout).error.code).toBe(code);
  });

  test('what was let go there is fetched with the command that was named', async () => {
    const machine = await keyless();
    const { stdout: id, stderr } = await run(machine, ['generate', 'a mug', '--sandbox', '--no-wait']);
    expect(stderr).toContain(`Fetch it: runapi-imagen download ${id} --wait`);
    const fetched = await run(machine, ['download', id, '--wait']);
    expect({ exitCode: fetched.exitCode, files: await filesIn(machine.folder) }).toEqual({
      exitCode: 0,
      files: [fetched.stdout],
    });
  });
});

describe('the standing sandbox', () => {
  async function standing(...words: string[]) {
    const machine = await keyless();
    const server = execa(process.execPath, [bin, 'sandbox', '--port', '0', '--latency', '0s', ...words], {
      cwd: machine.folder,
      env: machine.env,
      extendEnv: false,
      reject: false,
    });
    onTestFinished(() => void server.kill());
    const url = await new Promise<string>((told) => server.stdout.once('data', (data) => told(String(data).trim())));
    const ask = (key: string, prompt = 'a mug') =>
      run(machine, ['generate', prompt, '--new', '--base-url', url], { env: { ...machine.env, RUNAPI_API_KEY: key } });
    return { machine, server, url, ask };
  }

  test('prints its address, takes any key but the bad one, and ends with Ctrl-C', async () => {
    const { machine, server, url, ask } = await standing();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const made = await ask('any');
    expect(made.exitCode).toBe(0);
    expect((await readFile(join(machine.folder, made.stdout))).subarray(1, 4).toString()).toBe('PNG');
    const bad = await ask('sandbox-bad-key');
    expect({ exitCode: bad.exitCode, files: (await filesIn(machine.folder)).length }).toEqual({
      exitCode: 2,
      files: 1,
    });
    server.kill('SIGINT');
    const { exitCode, stdout, stderr } = await server;
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: url });
    expect(stderr.endsWith('Sandbox stopped.')).toBe(true);
  });

  test.each([['guide'], ['service']])('speaks only the dialect %s where it is told to', async (dialect) => {
    const { ask } = await standing('--dialect', dialect);
    expect((await ask('any')).exitCode).toBe(0);
  });

  test.each([
    ['new', { reserved_cents: null, charged_cents: 8 }],
    ['old', { reserved_cents: 8, charged_cents: 8 }],
  ])('tells costs in the %s form', async (form, cost) => {
    const { machine, url } = await standing('--billing', form, '--dialect', 'service');
    const { stdout } = await run(machine, ['generate', 'a mug', '--json', '--base-url', url], {
      env: { ...machine.env, RUNAPI_API_KEY: 'any' },
    });
    expect(JSON.parse(stdout)).toMatchObject({ cost, sandbox: false, server: url });
  });

  test('refuses another form of billing', async () => {
    const { exitCode, stderr } = await run(await keyless(), ['sandbox', '--billing', 'older']);
    expect(stderr).toContain('Invalid --billing "older": use new or old.');
    expect(exitCode).toBe(4);
  });

  test('logs its exchanges with --verbose, without the key', async () => {
    const { server, ask } = await standing('--verbose');
    expect((await ask('secret-key')).exitCode).toBe(0);
    server.kill('SIGINT');
    const { stderr } = await server;
    expect(stderr).toMatch(
      /^> POST \/v1\/text_to_image\n> {3}\{"model":"imagen-4","prompt":"a mug"\}\n< 200 POST \/v1\/text_to_image\n< {3}\{"task_id":"tsk_\w+"/m,
    );
    expect(stderr).toMatch(/^< 200 GET \/files\/tsk_\w+\.png\n< {3}\d+ bytes$/m);
    expect(stderr).not.toContain('secret-key');
  });

  test('fails as many tasks as it is told to', async () => {
    const { ask } = await standing('--fail-rate', '1');
    expect((await ask('any')).exitCode).toBe(7);
  });

  test('a port that is taken is told', async () => {
    const { machine, url } = await standing();
    const { exitCode, stdout, stderr } = await run(machine, ['sandbox', '--port', new URL(url).port]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^error: the sandbox cannot listen on 127\.0\.0\.1, port \d+: the port is taken/),
      expect.stringContaining('--port'),
    ]);
  });
});
