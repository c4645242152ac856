/** @module-tag slow */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { newMachine } from '../../support/program.ts';
import { startService } from '../../support/service.ts';
import { type Served, startServeOf } from './start-serve.ts';

const body = JSON.stringify({ prompt: 'a mug' });
const json = { 'content-type': 'application/json' };

interface Attack {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

type Attacker = (served: Served, draw: (most: number) => number) => Attack;

const bearer = ({ token }: Served): Record<string, string> => ({ ...json, authorization: `Bearer ${token}` });

/** None of these may buy a picture, read a file, or be told the key or the token. */
const attacks: Record<string, Attacker> = {
  'no token': () => ({ headers: json, body }),
  'a wrong token': ({ token }, draw) => ({
    headers: { ...json, authorization: `Bearer ${token.slice(0, draw(token.length))}${'x'.repeat(draw(9))}x` },
    body,
  }),
  'a token of another scheme': ({ token }) => ({
    headers: { ...json, authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}` },
    body,
  }),
  'a token in the path': ({ token }) => ({ path: `/v1/images/generations?api_key=${token}`, headers: json, body }),
  'a foreign host': (served, draw) => ({
    headers: {
      ...bearer(served),
      host: ['evil.example', '127.0.0.1.evil.example', 'localhost@evil', '[::1', ''][draw(5)] ?? '',
    },
    body,
  }),
  'a foreign origin': (served, draw) => ({
    headers: {
      ...bearer(served),
      origin: ['https://evil.example', 'null', 'http://127.0.0.1', 'file://'][draw(4)] ?? '',
    },
    body,
  }),
  'a form of a web page': (served) => ({ headers: { ...bearer(served), 'content-type': 'text/plain' }, body }),
  'a huge body': (served) => ({ headers: bearer(served), body: Buffer.alloc(2 * 1024 * 1024, 0x20) }),
  'a huge body without a length': (served) => ({
    headers: { ...bearer(served), 'transfer-encoding': 'chunked' },
    body: Buffer.alloc(2 * 1024 * 1024, 0x20),
  }),
  'no JSON': (served, draw) => ({ headers: bearer(served), body: body.slice(0, draw(body.length)) }),
  'bytes that are no text': (served) => ({ headers: bearer(served), body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }),
  'deep JSON': (served) => ({ headers: bearer(served), body: '['.repeat(100_000) }),
  'a prototype': (served) => ({ headers: bearer(served), body: '{"__proto__":{"prompt":"a mug"}}' }),
  traversal: (_, draw) => ({
    method: 'GET',
    path:
      [
        '/files/../../../etc/passwd',
        '/files/..%2f..%2f..%2fetc%2fpasswd',
        '/files/tsk_1.0.00000000000000000000000000000000.png',
        '/files/%2e%2e/salt',
        '/files//etc/passwd',
        '/files/..\\..\\salt',
        `/files/${'a'.repeat(draw(5000))}`,
      ][draw(7)] ?? '',
  }),
  'another path': ({ token }, draw) => ({
    method: ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'GET'][draw(5)] ?? 'GET',
    path: ['/v1/images/generations', '/', '/v1/chat/completions', '//v1/models', '/v1/models/../files'][draw(4)] ?? '/',
    headers: { authorization: `Bearer ${token.toLowerCase()}` },
  }),
};

async function send({ url }: Served, { method = 'POST', path = '/v1/images/generations', headers = {}, body }: Attack) {
  const { hostname, port } = new URL(url);
  const asked = request({ hostname, port, method, path, headers, setHost: headers.host === undefined });
  const answered = once(asked, 'response').catch(() => undefined);
  asked.on('error', () => undefined);
  asked.end(body);
  const [response] = (await answered) ?? [];
  let text = '';
  try {
    for await (const chunk of response ?? []) text += chunk;
  } catch {
    // Cut off in the middle of a body that nobody reads.
  }
  return { status: response?.statusCode as number | undefined, text: `${JSON.stringify(response?.rawHeaders)}${text}` };
}

const rounds = process.env.HOSTILE === 'all' ? 67 : 3;

test(`${rounds * 15} hostile requests: none is accepted, none is told the key or the token`, {
  timeout: 300_000,
}, async () => {
  const service = await startService();
  const machine = await newMachine();
  const served = await startServeOf(service, machine);
  let seed = 1;
  const draw = (most: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % most;
  };
  const accepted: string[] = [];
  let sent = 0;
  for (let round = 0; round < rounds; round++)
    for (const [name, attack] of Object.entries(attacks)) {
      const { status = 400, text } = await send(served, attack(served, draw));
      sent += 1;
      if (status < 400 || status >= 500) accepted.push(`${name}: ${status} ${text}`);
      for (const secret of [served.token, machine.env.RUNAPI_API_KEY ?? '-']) expect(text).not.toContain(secret);
    }
  expect(accepted).toEqual([]);
  expect(sent).toBe(rounds * 15);
  expect(service.tasks.size).toBe(0);
  const { stdout, stderr } = served.output();
  for (const secret of [served.token, machine.env.RUNAPI_API_KEY ?? '-']) expect(stdout + stderr).not.toContain(secret);
  expect((await served.ask({ prompt: 'a mug' })).status).toBe(200); // it still serves
});

test('ends a request whose body does not come, while others are served', { timeout: 90_000 }, async () => {
  const service = await startService();
  const served = await startServeOf(service, await newMachine());
  const { port } = new URL(served.url);
  const slow = Array.from({ length: 50 }, () => connect(Number(port), '127.0.0.1'));
  const ended = slow.map((socket) => once(socket.on('error', () => undefined).resume(), 'close'));
  const head = `POST /v1/images/generations HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${served.token}\r\n`;
  for (const [index, socket] of slow.entries())
    socket.write(index % 2 ? head : `${head}Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{"prompt"`);
  expect((await served.ask({ prompt: 'a mug' })).status).toBe(200);
  await Promise.all(ended);
  expect(service.tasks.size).toBe(1);
});
