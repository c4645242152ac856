import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/server.ts';
import { openSandbox } from './open-sandbox.ts';

const mug = { model: 'imagen-4', prompt: 'mug' };

describe('the server', () => {
  it('says what to do if the port is taken', async () => {
    const { url } = await openSandbox();
    const port = Number(new URL(url).port);
    await expect(startSandbox({ port, now: () => 0 })).rejects.toMatchObject({
      code: 'validation',
      message: `the sandbox cannot listen on 127.0.0.1, port ${port}: the port is taken`,
      facts: { hint: expect.stringContaining('--port') },
    });
  });

  it('answers with URLs of the host that was called', async () => {
    const { url, make, get } = await openSandbox();
    const id = await make('mug');
    const other = url.replace('127.0.0.1', 'localhost');
    const answer = await fetch(`${other}/v1/tasks/${id}`, { headers: { authorization: 'Bearer k' } });
    expect(await answer.json()).toMatchObject({ images: [{ url: `${other}/files/${id}.png` }] });
    expect(await (await get(`/v1/tasks/${id}`)).json()).toMatchObject({ images: [{ url: `${url}/files/${id}.png` }] });
  });

  it('closes while a client holds its connection open', async () => {
    const sandbox = await startSandbox({ now: () => 0 });
    await (await fetch(`${sandbox.url}/api/v1/price_schedules`)).text();
    await sandbox.close();
    await expect(fetch(sandbox.url)).rejects.toThrow('fetch failed');
  });
});

describe('restoring a task of another process', () => {
  it('keeps its id, and counts its time from then', async () => {
    const key = { 'idempotency-key': 'run 7' };
    const first = await openSandbox();
    const { task_id } = await (await first.post('/v1/text_to_image', mug, key)).json();

    const second = await openSandbox();
    const createdAtMs = Date.UTC(2026, 5, 15, 11, 59);
    expect(second.restore({ idempotencyKey: 'run 7', request: mug, createdAtMs })).toBe(task_id);
    expect(await (await second.get(`/v1/tasks/${task_id}`)).json()).toMatchObject({ status: 'completed' });
    expect(await (await second.post('/v1/text_to_image', mug, key)).json()).toMatchObject({
      task_id,
      task_replayed: true,
    });
    expect(await (await second.get('/api/v1/me/balance')).json()).toMatchObject({ spent_cents_total: 8 });
  });

  it('keeps an id of the other dialect too', async () => {
    const key = { 'idempotency-key': 'run 8' };
    const first = await openSandbox();
    const { id } = await (await first.post('/api/v1/imagen_4/text_to_image', mug, key)).json();
    expect(id).not.toMatch(/^tsk_/);

    const second = await openSandbox();
    const createdAtMs = Date.UTC(2026, 5, 15, 11, 59);
    expect(second.restore({ id, idempotencyKey: 'run 8', request: mug, createdAtMs })).toBe(id);
    const answer = await second.get(`/api/v1/imagen_4/text_to_image/${id}`);
    expect(await answer.json()).toMatchObject({ id, status: 'completed' });
  });

  it('fails for an invalid request', async () => {
    const { restore } = await openSandbox();
    expect(() => restore({ idempotencyKey: 'x', request: {}, createdAtMs: 0 })).toThrowError(
      expect.objectContaining({
        code: 'validation',
        message: 'the sandbox cannot restore this task: Validation failed',
      }),
    );
  });
});

const guide = '/v1/text_to_image';

describe('a request', () => {
  it.each([
    ['torn JSON', '{"model":', {}, 400],
    ['JSON that is not an object', '[1]', {}, 400],
    ['JSON 300,000 levels deep', '['.repeat(300_000) + ']'.repeat(300_000), {}, 400],
    ['JSON of 200,000 values', `[${'1,'.repeat(200_000)}1]`, {}, 400],
    ['another content type', 'model=imagen-4', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a body above 1 MiB', { ...mug, prompt: 'x'.repeat(1024 * 1024) }, {}, 413],
    ['an idempotency key above 512 characters', mug, { 'idempotency-key': 'x'.repeat(513) }, 400],
  ])('is refused for %s', async (_, body, headers: Record<string, string>, status) => {
    const { post } = await openSandbox();
    const answer = await post(guide, body, headers);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
  });
});

/** Asks with headers that fetch does not let anybody set. */
async function asked(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; body: string }> {
  return await new Promise((resolve, reject) => {
    const call = request(url, { headers: { authorization: 'Bearer any', ...headers } }, async (answer) =>
      resolve({ status: answer.statusCode, body: await text(answer) }),
    );
    call.on('error', reject).end();
  });
}

describe('the name that it is called by', () => {
  it.each([
    ['evil.example', 421],
    ['evil.example:80', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['evil.example#.localhost', 421],
    ['0.0.0.0', 421],
    ['192.168.0.1', 421],
    ['localhost', 200],
    ['LOCALHOST:4010', 200],
    ['app.localhost', 200],
    ['127.0.0.2:1', 200],
    ['[::1]:4010', 200],
  ])('%s is answered with %d', async (host, status) => {
    const { url } = await openSandbox();
    expect(await asked(`${url}/api/v1/me/balance`, { host })).toMatchObject({ status });
  });

  it.each<[Record<string, string>, string]>([
    [{}, 'http://localhost:9'],
    [{ 'x-forwarded-proto': 'https' }, 'https://localhost:9'],
    [{ 'x-forwarded-proto': 'HTTPS, http', 'x-forwarded-host': 'a.test:8443, b.test' }, 'https://a.test:8443'],
    [{ 'x-forwarded-host': 'a.test' }, 'http://a.test'],
    [{ 'x-forwarded-host': '[fd00::1]:1' }, 'http://[fd00::1]:1'],
    [{ 'x-forwarded-proto': 'javascript', 'x-forwarded-host': 'a.test/x@b' }, 'http://localhost:9'],
  ])('is told in the addresses of pictures, behind a proxy too: %j', async (headers, origin) => {
    const { url, make } = await openSandbox();
    const id = await make('a mug');
    const { body } = await asked(`${url}/v1/tasks/${id}`, { host: 'localhost:9', ...headers });
    expect(JSON.parse(body).images).toEqual([{ url: `${origin}/files/${id}.png` }]);
  });
});

/** What a client sends over a plain connection, as old ones do, and the answer as it comes. */
async function sent(url: string, ...lines: string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write([...lines, '', ''].join('\r\n'));
  return await text(socket);
}

describe('a client of HTTP/1.0', () => {
  it('is answered, the connection is closed, and the addresses are those of this server', async () => {
    const { url, make } = await openSandbox();
    const id = await make('a mug');
    const answer = await sent(url, `GET /v1/tasks/${id} HTTP/1.0`, 'Authorization: Bearer any');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('Connection: close');
    expect(answer).toContain(`{"url":"${url}/files/${id}.png"}`);
  });

  it('behind a proxy is told the addresses of that', async () => {
    const { url, make } = await openSandbox();
    const id = await make('a mug');
    const front = ['X-Forwarded-Proto: https', 'X-Forwarded-Host: a.test'];
    const answer = await sent(url, `GET /v1/tasks/${id} HTTP/1.0`, 'Authorization: Bearer any', ...front);
    expect(answer).toContain(`{"url":"https://a.test/files/${id}.png"}`);
  });
});

describe('nothing takes long, whatever a prompt holds', () => {
  it.each([
    ['the beginning of a fault, over and over', '[sandbox:'.repeat(100_000)],
    ['one long fault', `[sandbox:${'x'.repeat(900_000)}`],
    ['brackets', '[]'.repeat(400_000)],
    ['spaces', `${' '.repeat(900_000)}x`],
    ['one word', 'x'.repeat(900_000)],
    ['words', 'x '.repeat(450_000)],
    ['marks on one letter', `x${'\u0301'.repeat(400_000)}`],
  ])('%s', async (name, prompt) => {
    const { post, get, pass } = await openSandbox();
    const took = async (asked: string): Promise<number> => {
      const began = process.cpuUsage();
      const answer = await post(guide, { model: 'imagen-4', prompt: asked });
      pass(5000);
      const { task_id: id } = await answer.json();
      if (id) await (await get(`/files/${id}.png`)).arrayBuffer();
      expect((await get('/api/v1/me/balance')).status).toBe(200);
      return process.cpuUsage(began).user;
    };
    const usual = await took(`a mug, not ${name}`);
    expect((await took(prompt)) / usual).toBeLessThan(10);
  });
});
