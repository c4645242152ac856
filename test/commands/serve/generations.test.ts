import { readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { answering, startService } from '../../support/service.ts';
import { tellPrices } from '../../support/tariff.ts';
import { startServe, startServeOf } from './start-serve.ts';

test('makes a picture, saves it, and answers with its bytes as OpenAI does', async () => {
  const service = await startService();
  const machine = await newMachine();
  const served = await startServeOf(service, machine, ['--dir', 'shots']);
  const { status, body } = await served.ask({ prompt: 'a mug', model: 'gpt-image-1', style: 'vivid', user: null });
  expect(status).toBe(200);
  expect(body.data).toEqual([{ b64_json: service.picture.toString('base64') }]);
  expect(body).toMatchObject({ created: expect.any(Number), size: '16x16', output_format: 'png' });
  const [name = ''] = await filesIn(join(machine.folder, 'shots'));
  expect(await readFile(join(machine.folder, 'shots', name))).toEqual(service.picture);
  const [call] = service.calls.filter(({ kind }) => kind === 'create');
  expect(JSON.parse(call?.body ?? '')).toEqual({ model: 'imagen-4', prompt: 'a mug' });
  expect(served.output().stdout).toBe('');
  const { stderr } = served.output();
  expect(stderr).not.toContain(served.token);
  expect(stderr).not.toContain(machine.env.RUNAPI_API_KEY);
});

test.each([
  [{ size: '1536x1024' }, { aspect_ratio: '4:3' }],
  [{ size: '1792x1024' }, { aspect_ratio: '16:9' }],
  [{ size: '1024x1792' }, { aspect_ratio: '9:16' }],
  [{ size: '1024x1024' }, { aspect_ratio: '1:1' }],
  [{ size: 'auto' }, {}],
  [{ model: 'dall-e-3', quality: 'hd', output_format: 'webp' }, { model: 'imagen-4-fast' }],
  [
    { model: 'nano-banana', quality: 'medium', output_format: 'jpg', size: '1024x1024' },
    { model: 'nano-banana', output_quality: 'high', output_format: 'jpg', aspect_ratio: '1:1' },
  ],
  [{ model: 'nano-banana', quality: 'auto' }, { model: 'nano-banana' }],
  [{ model: 'my-model' }, { model: 'imagen-4-ultra' }],
  [{ model: 'imagen-4-ultra', response_format: null }, { model: 'imagen-4-ultra' }],
])('sends %j as %j', async (asked, sent) => {
  const service = await startService();
  const aliases = ['--alias', 'dall-e-3=fast', '--alias', 'My-Model=imagen-4-ultra'];
  const served = await startServeOf(service, await newMachine(), aliases);
  expect((await served.ask({ prompt: 'a mug', ...asked })).status).toBe(200);
  const [call] = service.calls.filter(({ kind }) => kind === 'create');
  expect(JSON.parse(call?.body ?? '')).toEqual({ model: 'imagen-4', prompt: 'a mug', ...sent });
});

test('answers with several pictures as URLs that live as long as their task', async () => {
  const service = await startService();
  const machine = await newMachine();
  const served = await startServeOf(service, machine);
  const { body } = await served.ask({ prompt: 'a mug', model: 'dall-e-3', n: 2 });
  expect(service.tasks.size).toBe(2);
  const urls = (body.data ?? []).map(({ url = '' }) => url);
  expect(new Set(urls).size).toBe(2);
  for (const url of urls) {
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(service.picture);
  }
  await served.kill();
  const again = await startServeOf(service, machine);
  expect((await fetch((urls[0] ?? '').replace(/:\d+\//, `:${new URL(again.url).port}/`))).status).toBe(200);
});

test('lists the models and the names that stand for them', async () => {
  const { url, token } = await startServe(await newMachine(), ['--sandbox']);
  const answer = await fetch(`${url}/models`, { headers: { authorization: `Bearer ${token}` } });
  const { data } = (await answer.json()) as { data: Array<{ id: string }> };
  expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['imagen-4', 'gpt-image-1', 'dall-e-3']));
});

test.each([
  [{}, 400, 'validation', 'prompt is missing'],
  [{ prompt: ' ', n: 0, size: 'big' }, 400, 'validation', '3 problems; nothing was sent'],
  [{ prompt: 'a', response_format: 'gif' }, 400, 'validation', 'use b64_json or url'],
  [[], 400, 'validation', 'not a JSON object'],
])('refuses %j with %d %s', async (body, status, code, message) => {
  const served = await startServe(await newMachine(), ['--sandbox']);
  const answer = await served.ask(body);
  expect(answer.status).toBe(status);
  expect(answer.body.error).toMatchObject({ code, type: 'invalid_request_error' });
  expect(answer.body.error?.message).toContain(message);
  expect(answer.headers.get('x-should-retry')).toBe('false');
});

test("tells the service's refusals in OpenAI's form", async () => {
  const service = await startService();
  service.next('create', answering(402, { error: 'no credits' }));
  const served = await startServeOf(service, await newMachine());
  const { status, body } = await served.ask({ prompt: 'a mug' });
  expect({ status, type: body.error?.type, code: body.error?.code }).toEqual({
    status: 402,
    type: 'insufficient_quota',
    code: 'insufficient_credits',
  });
  expect(await served.logged(({ status: told }) => told === 402)).toMatchObject({ error: 'insufficient_credits' });
});

test('buys no more pictures than --max-pictures, and spends no more than --max-cost', async () => {
  const few = await startServe(await newMachine(), ['--sandbox', '--max-pictures', '1']);
  expect((await few.ask({ prompt: 'a mug' })).status).toBe(200);
  expect((await few.ask({ prompt: 'a fox' })).body.error).toMatchObject({ code: 'over_budget' });
  const cheap = await startServe(await newMachine(), ['--sandbox', '--max-cost', '0.1']);
  expect((await cheap.ask({ prompt: 'a mug' })).status).toBe(200);
  const { status, body } = await cheap.ask({ prompt: 'a fox' });
  expect({ status, code: body.error?.code }).toEqual({ status: 402, code: 'over_budget' });
});

test('--max-pictures counts the pictures of a task, those of a whole request before any is bought', async () => {
  const machine = await newMachine();
  const served = await startServe(machine, ['--sandbox', '--max-pictures', '6']);
  const ask = async (model: string, n = 1) => (await served.ask({ prompt: 'a mug', model, n })).body;
  expect((await ask('midjourney-v7')).data).toHaveLength(4);
  // It made four, so another one is expected to make four.
  expect((await ask('midjourney-v7')).error).toMatchObject({
    code: 'over_budget',
    message: expect.stringContaining('4 pictures are more than the 2 that this session may still buy'),
  });
  expect((await ask('imagen-4', 3)).error).toMatchObject({ code: 'over_budget' });
  expect((await ask('imagen-4', 2)).data).toHaveLength(2);
  expect((await ask('imagen-4')).error?.message).toContain('has bought all 6 pictures');
  const ledger = (await run(machine, ['history', '--json'])).stdout.split('\n').map((line) => JSON.parse(line));
  expect(ledger.filter(({ task_id }) => task_id !== null)).toHaveLength(3);
});

test('what is asked for again with its key is not counted, not refused, and marked as paid before', async () => {
  const service = await startService();
  tellPrices(service);
  const served = await startServeOf(service, await newMachine(), ['--max-cost', '0.1', '--max-pictures', '2']);
  const ask = async (name: string) =>
    await served.ask({ prompt: name }, { headers: { 'Idempotency-Key': name.replace(' ', '-') } });
  const told = async (name: string) => {
    const { status, body } = await ask(name);
    return [status, body.tasks?.[0]?.reused ?? body.error?.code];
  };
  expect(await told('a mug')).toEqual([200, false]);
  for (let times = 0; times < 3; times++) {
    expect(await told('a mug')).toEqual([200, true]);
    expect(await told(`fox ${times}`)).toEqual([402, 'over_budget']);
  }
  expect(service.tasks.size).toBe(1);
});

test('refuses what would wait too long with 429 and Retry-After', async () => {
  const service = await startService({ runningLooks: 1_000_000 });
  const served = await startServeOf(service, await newMachine(), ['--concurrency', '1']);
  const leaving = new AbortController();
  const waiting = Array.from({ length: 13 }, (_, index) =>
    served.ask({ prompt: `mug ${index}`, n: 10 }, { signal: leaving.signal }).catch(() => undefined),
  );
  const refused = await Promise.race([...waiting, served.ask({ prompt: 'a fox', n: 10 })]);
  expect(refused?.status).toBe(429);
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused?.body.error).toMatchObject({ code: 'queue_full', type: 'rate_limit_error' });
  leaving.abort();
});

test('makes a token that only its user can read, and refuses one that others can', async () => {
  const machine = await newMachine();
  const served = await startServe(machine, ['--sandbox', '--token-file', 'token']);
  const path = join(machine.folder, 'token');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(served.token.length).toBeGreaterThan(40);
  await served.kill();
  await writeFile(path, 'an-own-token-of-some-length', { mode: 0o600 });
  expect((await startServe(machine, ['--sandbox', '--token-file', 'token'])).token).toBe('an-own-token-of-some-length');
  await writeFile(join(machine.folder, 'open'), 'an-own-token-of-some-length', { mode: 0o644 });
  const { exitCode, stdout, stderr } = await run(machine, ['serve', '--sandbox', '--token-file', 'open']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
  expect(stderr).toContain('can be read by other users');
});

test('tells every wrong flag at once, and a missing key before it listens', async () => {
  const machine = await newMachine();
  const words = ['serve', '--port', 'x', '--alias', 'gpt', '--concurrency', '65', '--max-pictures', '0'];
  const wrong = await run(machine, words);
  expect({ exitCode: wrong.exitCode, stdout: wrong.stdout }).toEqual({ exitCode: 4, stdout: '' });
  for (const flag of ['--port "x"', '--alias "gpt"', '--concurrency "65"', '--max-pictures "0"'])
    expect(wrong.stderr).toContain(flag);
  const { RUNAPI_API_KEY: _, ...env } = machine.env;
  const { exitCode, stdout, stderr } = await run({ ...machine, env }, ['serve', '--port', '0']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('no RunAPI key found');
});

test.skipIf(process.platform === 'win32')(
  'another file in the place of a saved picture is sent to nobody',
  async () => {
    const service = await startService();
    const machine = await newMachine();
    const served = await startServeOf(service, machine, ['--dir', 'shots']);
    const { body } = await served.ask({ prompt: 'a mug', model: 'dall-e-3' });
    const [{ url = '' } = {}] = body.data ?? [];
    expect((await fetch(url)).status).toBe(200);
    const [name = ''] = await filesIn(join(machine.folder, 'shots'));
    const path = join(machine.folder, 'shots', name);
    const secret = join(machine.home, 'id');
    await writeFile(secret, 'a private key');
    await rm(path);
    await symlink(secret, path);
    const answer = await fetch(url);
    expect([answer.status, (await answer.text()).includes('private')]).toEqual([404, false]);
  },
);
