/** @module-tag slow */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { answering, json, type Order, startService } from '../support/service.ts';

const key = 'rk_live_"quoted"\\/0123456789';

async function keyed(): Promise<Machine> {
  const machine = await newMachine();
  return { ...machine, env: { ...machine.env, RUNAPI_API_KEY: key } };
}

/** The files below a folder that hold the text. */
async function holding(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (file) => (await readFile(file, 'latin1')).includes(text)));
  return files.filter((_, index) => found[index]);
}

/** The part of the key that looks the same however it is written. */
const core = '0123456789';

const echoing: Order = ({ headers }, response) =>
  json(
    response,
    422,
    { error: `bad key ${headers.authorization}`, errors: { key: [headers.authorization] } },
    { 'x-request-id': String(headers.authorization) },
  );

const echoingFailure: Order = ({ task, headers }, response) =>
  json(response, 200, { id: task?.id, status: 'failed', error: `bad key ${headers.authorization}` });

describe('the key is in no output, whatever the flags, and in no file', () => {
  test.each([
    ['all is well', {}],
    ['the service repeats it in a refusal', { create: echoing }],
    ['the service repeats it as the reason of a failure', { look: echoingFailure }],
  ] as Array<[string, { create?: Order; look?: Order }]>)('%s', async (_, orders) => {
    for (const flags of [
      ['--json', '--verbose'],
      ['--verbose', '--no-wait'],
    ]) {
      const service = await startService({ runningLooks: 0 });
      if (orders.create) service.always('create', orders.create);
      if (orders.look) service.always('look', orders.look);
      const machine = await keyed();
      const { stdout, stderr } = await run(machine, ['generate', 'a mug', ...flags, '--base-url', service.url]);
      expect(service.calls[0]?.headers.authorization).toBe(`Bearer ${key}`);
      expect(stdout + stderr).not.toContain(core);
      expect(stderr).toContain('authorization: Bearer …');
      expect(await holding(machine.home, core)).toEqual([]);
      expect(await holding(machine.folder, core)).toEqual([]);
    }
  });

  test.each([
    ['generate', 'x', '--base-url', `https://user:${key}@example.com`],
    ['generate', 'x', '--base-url', key],
    ['status', key],
    ['config', 'set', 'api-key', key],
    ['config', 'list'],
    ['config', 'list', '--json'],
    ['config', 'get', 'api-key', '--verbose'],
  ])('%s %s %s', async (...words) => {
    const { stdout, stderr } = await run(await keyed(), words);
    expect(stdout + stderr).not.toContain(core);
    expect(stdout + stderr).not.toBe('');
  });

  test('nothing of the environment reaches the outside where the variables were mixed up', async () => {
    const machine = await keyed();
    const { stdout, stderr } = await run(machine, ['generate', 'x', '--json'], {
      env: { ...machine.env, RUNAPI_BASE_URL: key },
    });
    expect(stdout + stderr).not.toContain(core);
    expect(stderr).toContain('RUNAPI_BASE_URL: "[key]" is not a URL');
  });
});

test.each([
  ['the variables are swapped', { RUNAPI_API_KEY: 'https://x.test', RUNAPI_BASE_URL: `sk-${core}abcdef` }],
  ['the address holds a password', { RUNAPI_BASE_URL: `https://u:p${core}@run api.test` }],
])('nothing secret is shown where %s', async (_, env) => {
  const machine = await newMachine();
  for (const words of [['generate', 'x'], ['generate', 'x', '--json'], ['doctor'], ['doctor', '--json']]) {
    const { exitCode, stdout, stderr } = await run(machine, words, { env: { ...machine.env, ...env } });
    expect(exitCode).toBeGreaterThan(0);
    expect(stdout + stderr).toContain('is not a URL');
    expect(stdout + stderr).not.toContain(core);
  }
});

test('a stored key is in one file, which nobody else may read', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const env = { ...machine.env, RUNAPI_API_KEY: '' };
  await run(machine, ['config', 'set', 'api-key'], { input: `${key}\n`, env });
  const made = await run(machine, ['generate', 'a mug', '--base-url', service.url], { env });
  expect(made.exitCode).toBe(0);
  expect(service.calls[0]?.headers.authorization).toBe(`Bearer ${key}`);
  const [file, ...others] = await holding(machine.home, core);
  expect(others).toEqual([]);
  expect(file).toMatch(/config\.json$/);
  expect((await stat(String(file))).mode & 0o777).toBe(0o600);
  expect((await stat(join(String(file), '..'))).mode & 0o777).toBe(0o700);
});

describe('the key is sent to the origin of the API and nowhere else', () => {
  test('not to the host of the picture, nor to where that one redirects', async () => {
    const [api, images, elsewhere] = [
      await startService({ runningLooks: 0 }),
      await startService({ runningLooks: 0 }),
      await startService({ runningLooks: 0 }),
    ];
    api.always('look', ({ task }, response) =>
      json(response, 200, { id: task?.id, status: 'completed', images: [{ url: `${images.url}/files/x/0.png` }] }),
    );
    images.always('image', (_, response) =>
      response.writeHead(302, { location: `${elsewhere.url}/files/y/0.png` }).end(),
    );
    const machine = await keyed();
    const { exitCode, stdout } = await run(machine, ['generate', 'a mug', '--base-url', api.url]);
    expect(exitCode).toBe(0);
    expect(await filesIn(machine.folder)).toEqual([stdout]);
    const others = [...images.calls, ...elsewhere.calls];
    expect(others.map(({ kind }) => kind)).toEqual(['image', 'image']);
    expect(JSON.stringify(others)).not.toContain(core);
  });

  test.each([301, 302, 303, 307, 308])('no redirect (%d) of the API takes it to another origin', async (status) => {
    const [api, elsewhere] = [await startService({ runningLooks: 0 }), await startService({ runningLooks: 0 })];
    const away: Order = ({ path }, response) => response.writeHead(status, { location: elsewhere.url + path }).end();
    const machine = await keyed();
    api.next('create', away);
    const create = await run(machine, ['generate', 'a mug', '--base-url', api.url, '--json']);
    expect(create.exitCode).toBe(8);
    expect(JSON.parse(create.stdout)).toMatchObject({
      error: {
        code: 'bad_response',
        message: `${new URL(api.url).host} redirects to ${elsewhere.url}/v1/text_to_image`,
      },
      resume: null,
    });
    api.always('look', away);
    const look = await run(machine, ['generate', 'a mug', '--timeout', '3s', '--base-url', api.url]);
    expect(look.exitCode).toBe(5);
    expect(elsewhere.calls).toEqual([]);
  });

  test('a redirect within the origin is followed, the POST only where it stays one', async () => {
    const api = await startService({ runningLooks: 0 });
    const machine = await keyed();
    const moving =
      (status: number): Order =>
      ({ path }, response) =>
        response.writeHead(status, { location: path.replace('/old', '') }).end();
    api.always('other', moving(307));
    const moved = await run(machine, ['generate', 'a mug', '--base-url', `${api.url}/old`]);
    expect(moved.exitCode).toBe(0);
    expect(api.tasks.size).toBe(1);
    api.always('other', moving(302));
    const turned = await run(machine, ['generate', 'b', '--base-url', `${api.url}/old`]);
    expect(turned.exitCode).toBe(8);
    expect(api.tasks.size).toBe(1);
  });

  test('not to an address that the create answer names elsewhere', async () => {
    const [api, elsewhere] = [await startService({ runningLooks: 0 }), await startService({ runningLooks: 0 })];
    api.always(
      'create',
      answering(
        200,
        { task_id: 'tsk_9', status_url: `${elsewhere.url}/v1/tasks/tsk_9` },
        { location: `${elsewhere.url}/x` },
      ),
    );
    api.always('look', answering(200, { id: 'tsk_9', status: 'failed', error: 'no' }));
    const machine = await keyed();
    expect((await run(machine, ['generate', 'a mug', '--base-url', api.url])).exitCode).toBe(7);
    expect(elsewhere.calls).toEqual([]);
  });

  test('not over plain http', async () => {
    const machine = await keyed();
    const { exitCode, stdout, stderr } = await run(machine, ['generate', 'a mug', '--base-url', 'http://example.com']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr).toContain('http://example.com is not safe for a key');
  });
});

describe('a key that no header takes', () => {
  test.each([
    ['a space', 'rk live'],
    ['a line break', 'rk\nlive'],
    ['a dash of a PDF', 'rk–live'],
  ])('%s', async (_, wrong) => {
    const machine = await newMachine();
    const { exitCode, stdout, stderr } = await run(machine, ['generate', 'x'], {
      env: { ...machine.env, RUNAPI_API_KEY: wrong },
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      'error: no usable key: the key in RUNAPI_API_KEY holds a space, a control character or a letter outside ASCII: copy it again',
      'Get a key from the dashboard of your account at https://runapi.ai, then set RUNAPI_API_KEY or run: runapi-imagen config set api-key (or try --sandbox, free of charge)',
    ]);
  });
});
