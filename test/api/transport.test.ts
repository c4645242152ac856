import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createTransport } from '../../src/api/transport.ts';
import { createRedactor } from '../../src/api-key.ts';

const key = 'rk_live_0123456789wxyz';

/** Asks somebody who answers with these bytes. */
async function answered(headers: string | Buffer, body = '') {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.end(
        Buffer.concat([Buffer.from('HTTP/1.1 302 Found\r\n'), Buffer.from(headers), Buffer.from(`\r\n\r\n${body}`)]),
      ),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const redactor = createRedactor();
  redactor.keep(key);
  const { port } = server.address() as { port: number };
  const send = createTransport({ env: {}, redact: redactor.redact });
  return await send({ method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {} });
}

test.each<[string, string | Buffer, string, string]>([
  ['UTF-8', 'location: /커피.png', 'location', '/커피.png'],
  ['Latin-1', Buffer.from('location: /caf\u00e9.png', 'latin1'), 'location', '/café.png'],
  ['blanks around it', 'location: \t /a.png \t', 'location', '/a.png'],
  ['a name in capitals', 'LOCATION: /a.png', 'location', '/a.png'],
  ['the same twice', 'location: /a.png\r\nlocation: /b.png', 'location', '/a.png'],
  ['a list', 'retry-after: 1\r\nretry-after: 2', 'retry-after', '1, 2'],
  ['the key', `etag: "${key}"`, 'etag', '"[key]"'],
  ['the key with escapes', `location: /?${encodeURIComponent(key).replaceAll('_', '%5F')}`, 'location', '/?[key]'],
])('a header with %s', async (_, sent, name, read) => {
  expect((await answered(sent)).headers[name]).toBe(read);
});

/** Asks a server that is told what to do with the connection once the request is there. */
async function asked(act: (socket: Socket) => void, signal?: AbortSignal) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => act(socket));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const send = createTransport({ env: {}, redact: (text) => text });
  const { port } = server.address() as { port: number };
  return await send({ method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {}, signal });
}

test.each<[string, string, (socket: Socket) => void]>([
  ['a reset is no end of a body without a length', '', (socket) => socket.resetAndDestroy()],
  ['a reset is no end of a body with a length', 'content-length: 9\r\n', (socket) => socket.resetAndDestroy()],
  ['an early end is no end of a body with a length', 'content-length: 9\r\n', (socket) => socket.end()],
  ['an early end is no end of a body in chunks', 'transfer-encoding: chunked\r\n', (socket) => socket.end()],
])('%s', async (_, header, end) => {
  const answer = await asked((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n${header.includes('chunked') ? '4\r\n' : ''}half`);
    setTimeout(() => end(socket), 50);
  });
  await expect(answer.text(100)).rejects.toThrow('cut the connection');
});

test('what came whole stays whole, whatever the connection does before it is read', async () => {
  const answer = await asked((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
    setTimeout(() => socket.resetAndDestroy(), 20);
  });
  await new Promise((later) => setTimeout(later, 100));
  expect(await answer.text(100)).toBe('hello');
});

test('a body that is read when the signal comes ends with its reason', async () => {
  const controller = new AbortController();
  const answer = await asked((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf'), controller.signal);
  setTimeout(() => controller.abort(new Error('enough')), 50);
  await expect(answer.text(100)).rejects.toThrow('enough');
});

test.each([
  ['switches the protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ['closes without a word', ''],
])('a server that %s is told', async (_, words) => {
  await expect(asked((socket) => socket.end(words))).rejects.toThrow('cut the connection');
});

test('a connection is used again', async () => {
  let connections = 0;
  const server = createHttpServer((_, response) => response.end('{}')).on('connection', () => connections++);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const send = createTransport({ env: {}, redact: (text) => text });
  const { port } = server.address() as { port: number };
  for (const body of ['x', 'y', 'z']) {
    const answer = await send({ method: 'POST', url: `http://127.0.0.1:${port}/`, headers: {}, body });
    expect(await answer.text(100)).toBe('{}');
  }
  expect(connections).toBe(1);
});

test('what refuses to let the request leave stops it: no byte of it is sent', async () => {
  const server = createServer((socket) => socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n')));
  let received = 0;
  server.on('connection', (socket) => socket.on('data', (bytes) => (received += bytes.length)));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const send = createTransport({ env: {}, redact: (text) => text });
  const { port } = server.address() as { port: number };
  const leaving = (): void => {
    throw new Error('not mine any more');
  };
  const sent = send({ method: 'POST', url: `http://127.0.0.1:${port}/`, headers: {}, body: 'x', leaving });
  await expect(sent).rejects.toThrow('not mine any more');
  await new Promise((later) => setTimeout(later, 50));
  expect(received).toBe(0);
});

test('a request that finds no server has never left', async () => {
  const send = createTransport({ env: {}, redact: (text) => text });
  const left: string[] = [];
  const leaving = (): void => void left.push('left');
  const sent = send({ method: 'POST', url: 'http://127.0.0.1:1/', headers: {}, body: 'x', leaving });
  await expect(sent).rejects.toMatchObject({ neverSent: true, message: '127.0.0.1:1 refused the connection' });
  expect(left).toEqual([]);
});

test('a body that is read slowly leaves the time-out of its connection alone, once that is free for others', {
  tags: ['slow'],
}, async () => {
  const server = createHttpServer((_, response) => response.end('hello'));
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const send = createTransport({ env: {}, redact: (text) => text });
  const { port } = server.address() as { port: number };
  const answer = await send({ method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {} });
  for await (const _ of answer.body) await new Promise((later) => setTimeout(later, 50));
  await new Promise((later) => setTimeout(later, 5000)); // idle connections are closed after 4 s
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
});
