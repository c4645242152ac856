/** @module-tag slow */
import { writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, createServer as createSocksServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/has.ts';
import { filesIn, newMachine, run } from '../support/program.ts';
import { json, type Service, startService } from '../support/service.ts';
import { certificateFor, tlsDoor } from '../support/tls-door.ts';

/** test:leak looks for it. */
const password = 'rk_proxy_0123456789abcd';

/** A proxy that knows where hosts that exist nowhere are. */
async function startProxy(portOf: (host: string) => number) {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim());
    const { hostname, pathname } = new URL(String(incoming.url));
    request({ host: '127.0.0.1', port: portOf(hostname), path: pathname, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }).end();
  });
  server.on('connect', (incoming, outside, head) => {
    asked.push(`CONNECT ${incoming.url}`);
    const inside = connect(portOf(String(incoming.url).split(':')[0] ?? ''), '127.0.0.1', () => {
      outside.write('HTTP/1.1 200 Connection established\r\n\r\n');
      inside.write(head);
      outside.pipe(inside).pipe(outside);
    });
    inside.on('error', () => outside.destroy());
    outside.on('error', () => inside.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A SOCKS5 proxy (RFC 1928, 1929) that wants a password and knows one host. */
async function startSocks(port: number) {
  const asked: string[] = [];
  const server = createSocksServer((outside) => {
    outside.on('error', () => undefined);
    const answers: Array<(bytes: Buffer) => void> = [
      () => outside.write(Buffer.from([5, 2])),
      (bytes) => {
        const end = 2 + (bytes[1] ?? 0);
        asked.push(`${bytes.subarray(2, end)}:${bytes.subarray(end + 1)}`);
        outside.write(Buffer.from([1, 0]));
      },
      (bytes) => {
        asked.push(bytes.toString('latin1', 5, 5 + (bytes[4] ?? 0)));
        outside.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
        const inside = connect(port, '127.0.0.1');
        inside.on('error', () => outside.destroy());
        outside.pipe(inside).pipe(outside);
      },
    ];
    outside.on('data', (bytes) => answers.shift()?.(bytes));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  return { asked, url: `socks5h://me:${password}@127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A service whose pictures are at a host that only the proxy can reach. */
async function withPicturesAt(origin: string): Promise<Service> {
  const service = await startService({ runningLooks: 0 });
  service.always('look', ({ task }, response) =>
    json(response, 200, { id: task?.id, status: 'completed', images: [{ url: `${origin}/files/${task?.id}/0.png` }] }),
  );
  return service;
}

async function generate(service: Service, env: Record<string, string>, timeout = '10s') {
  const machine = await newMachine();
  const result = await run(machine, ['generate', 'a mug', '--base-url', service.url, '--timeout', timeout], {
    env: { ...machine.env, ...env },
  });
  return { ...result, files: await filesIn(machine.folder) };
}

describe('the proxy variables are honoured, and this machine is never asked for through a proxy', () => {
  test.each([
    ['HTTP_PROXY', (proxy: string) => ({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy })],
    ['http_proxy', (proxy: string) => ({ http_proxy: proxy })],
    ['an empty http_proxy does not mask HTTP_PROXY', (proxy: string) => ({ http_proxy: '', HTTP_PROXY: proxy })],
    ['without a scheme', (proxy: string) => ({ HTTP_PROXY: proxy.replace('http://', '') })],
    ['ALL_PROXY', (proxy: string) => ({ ALL_PROXY: proxy })],
    ['all_proxy', (proxy: string) => ({ all_proxy: proxy, HTTPS_PROXY: 'http://127.0.0.1:1' })],
    ['NO_PROXY for another host', (proxy: string) => ({ HTTP_PROXY: proxy, NO_PROXY: 'example.com' })],
  ])('%s', async (_, env) => {
    const service = await withPicturesAt('http://pictures.test');
    const proxy = await startProxy(() => Number(new URL(service.url).port));
    const { exitCode, stdout, files } = await generate(service, env(proxy.url));
    expect({ exitCode, files }).toEqual({ exitCode: 0, files: [stdout] });
    const [task] = service.tasks.values();
    expect(proxy.asked).toEqual([`GET http://pictures.test/files/${task?.id}/0.png`]);
  });

  test('the password of a proxy reaches the proxy, and no output', async () => {
    const service = await withPicturesAt('http://pictures.test');
    const proxy = await startProxy(() => Number(new URL(service.url).port));
    const { exitCode, stderr } = await generate(service, { HTTP_PROXY: proxy.url.replace('//', `//me:${password}@`) });
    expect(exitCode).toBe(0);
    expect(proxy.asked[0]).toContain(`Basic ${Buffer.from(`me:${password}`).toString('base64')}`);
    expect(stderr).not.toContain(password);
  });

  test('a SOCKS proxy is told the name, and nothing is said about it', async () => {
    const service = await withPicturesAt('http://pictures.test');
    const proxy = await startSocks(Number(new URL(service.url).port));
    const { exitCode, stdout, stderr, files } = await generate(service, { ALL_PROXY: proxy.url });
    expect({ exitCode, files }).toEqual({ exitCode: 0, files: [stdout] });
    expect(proxy.asked).toEqual([`me:${password}`, 'pictures.test']);
    expect(stderr).not.toMatch(/Warning|experimental|rk_proxy/i);
  });

  test('a name of the network that the proxy is in is not asked for', async () => {
    const service = await withPicturesAt('http://metadata.internal');
    const proxy = await startProxy(() => Number(new URL(service.url).port));
    const { exitCode, stderr } = await generate(service, { HTTP_PROXY: proxy.url });
    expect(exitCode).toBe(9);
    expect(stderr).toContain('names an address at metadata.internal, which is a private network: not followed');
    expect(proxy.asked).toEqual([]);
  });

  test('NO_PROXY goes around it', async () => {
    const service = await withPicturesAt('http://pictures.test');
    const proxy = await startProxy(() => Number(new URL(service.url).port));
    const runs = ['pictures.test', '.test', '*'].map((hosts) =>
      generate(service, { HTTP_PROXY: proxy.url, NO_PROXY: hosts }, '1s'),
    );
    for (const { stdout } of await Promise.all(runs)) expect(stdout).toBe(''); // there is no such host
    expect(proxy.asked).toEqual([]);
  });

  test('a proxy that is none is told without its password', async () => {
    const service = await withPicturesAt('http://pictures.test');
    const { exitCode, stderr } = await generate(service, { HTTP_PROXY: `http://me:${password}@:bad:` });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('HTTP_PROXY is not a usable address of a proxy');
    expect(stderr).not.toContain(password);
  });

  test('a proxy that wants a password is told once, with what to do, and nothing is retried', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', ({ url }, socket) => {
      asked.push(String(url));
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const machine = await newMachine();
    await writeFile(join(machine.folder, 'rows.txt'), 'a mug\na cup\na jug\n');
    const env = { ...machine.env, HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const words = ['batch', 'rows.txt', '--concurrency', '1', '--base-url', 'https://api.runapi.test'];
    const { exitCode, stderr } = await run(machine, words, { env });
    expect(exitCode).toBe(8);
    expect(stderr.match(/asks for a user name and password \(407\)/g)).toHaveLength(1);
    expect(stderr).toContain('Write them into HTTPS_PROXY: http://user:password@host:port');
    expect([stderr.includes('retrying'), asked]).toEqual([false, ['api.runapi.test:443']]);
  });

  test('a proxy that does not answer is told', async () => {
    const service = await withPicturesAt('http://pictures.test');
    const { exitCode, stderr } = await generate(service, { HTTP_PROXY: 'http://127.0.0.1:1' }, '6s');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('the proxy 127.0.0.1:1 refused the connection');
  });
});

describe.skipIf(!has('openssl'))('https goes through a tunnel (needs openssl)', () => {
  test.each([
    ['HTTPS_PROXY', (proxy: string) => ({ HTTPS_PROXY: proxy })],
    ['an empty https_proxy does not mask it', (proxy: string) => ({ https_proxy: '', HTTPS_PROXY: proxy })],
  ])('%s: API and picture, and the proxy sees neither key nor prompt', async (_, env) => {
    const service = await startService({ runningLooks: 0 });
    const certificate = certificateFor('api.runapi.test', onTestFinished);
    const port = await tlsDoor(service.url, certificate, onTestFinished);
    const proxy = await startProxy(() => port);
    service.always('look', ({ task }, response) =>
      json(response, 200, {
        id: task?.id,
        status: 'completed',
        images: [{ url: `https://api.runapi.test/files/${task?.id}/0.png` }],
      }),
    );
    const machine = await newMachine();
    const { exitCode, stdout } = await run(machine, ['generate', 'a mug', '--base-url', 'https://api.runapi.test/v1'], {
      env: { ...machine.env, ...env(proxy.url), NODE_EXTRA_CA_CERTS: certificate.path },
    });
    expect(exitCode).toBe(0);
    expect(await filesIn(machine.folder)).toEqual([stdout]);
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT api.runapi.test:443']));
    expect(service.count('create')).toBe(1);
  });
});
