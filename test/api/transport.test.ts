import { createServer } from 'node:net';
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
