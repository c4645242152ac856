/** @module-tag slow */
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/has.ts';
import { newMachine, run } from '../support/program.ts';
import { json, startService } from '../support/service.ts';
import { certificateFor, tlsDoor } from '../support/tls-door.ts';

describe.skipIf(!has('openssl'))('TLS (needs openssl)', () => {
  async function behindTls() {
    const service = await startService({ runningLooks: 0 });
    const certificate = certificateFor('127.0.0.1', onTestFinished);
    const port = await tlsDoor(service.url, certificate, onTestFinished);
    return { service, certificate, base: `https://127.0.0.1:${port}` };
  }

  test('a certificate that nobody vouches for is told at once, and nothing is sent', async () => {
    const { service, base } = await behindTls();
    const machine = await newMachine();
    const { exitCode, stdout, stderr } = await run(machine, ['generate', 'a mug', '--json', '--base-url', base]);
    expect(exitCode).toBe(8);
    expect(stderr.split('\n').slice(-2)).toEqual([
      `error: ${new URL(base).host}: no safe connection (self-signed certificate)`,
      'Check the address, the clock and a proxy that opens TLS (NODE_EXTRA_CA_CERTS names its certificate)',
    ]);
    expect(stderr).not.toContain('retrying');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'network', retryable: false }, resume: null });
    expect(service.calls).toEqual([]);
  });

  test('a certificate for another name is none', async () => {
    const { service, base, certificate } = await behindTls();
    const machine = await newMachine();
    const { exitCode, stderr } = await run(
      machine,
      ['generate', 'a mug', '--base-url', base.replace('127.0.0.1', 'localhost')],
      { env: { ...machine.env, NODE_EXTRA_CA_CERTS: certificate.path } },
    );
    expect(exitCode).toBe(8);
    expect(stderr).toContain('no safe connection (Host: localhost. is not');
    expect(service.calls).toEqual([]);
  });

  test('the certificate that NODE_EXTRA_CA_CERTS names is taken', async () => {
    const { service, base, certificate } = await behindTls();
    service.always('look', ({ task }, response) =>
      json(response, 200, { id: task?.id, status: 'completed', images: [`${base}/files/${task?.id}/0.png`] }),
    );
    const machine = await newMachine();
    const { exitCode, stderr } = await run(machine, ['generate', 'a mug', '--base-url', base], {
      env: { ...machine.env, NODE_EXTRA_CA_CERTS: certificate.path },
    });
    expect(stderr).toContain('✔ a mug');
    expect(exitCode).toBe(0);
  });
});

test.skipIf(!has('openssl')).each([
  ['http://127.0.0.1:PORT/x.png', 'not followed'],
  ['http://0.0.0.0:PORT/x.png', 'not followed'],
  ['http://[::ffff:127.0.0.1]:PORT/x.png', 'not followed'],
  ['http://me:pw@localhost:PORT/x.png', 'not followed'],
  ['https://169.254.169.254/latest/meta-data', 'which is the local link: not followed'],
  ['https://[::ffff:a9fe:a9fe]/latest', 'which is the local link: not followed'],
  ['https://10.0.0.1/admin', 'which is a private network: not followed'],
  ['https://2130706434:PORT/', undefined],
])('a service under https cannot have %s fetched', async (address, reason) => {
  const service = await startService({ runningLooks: 0 });
  const certificate = certificateFor('127.0.0.1', onTestFinished);
  const port = await tlsDoor(service.url, certificate, onTestFinished);
  const inner = await startService();
  const url = address.replace('PORT', new URL(inner.url).port);
  service.always('look', ({ task }, response) =>
    json(response, 200, { id: task?.id, status: 'completed', images: [url] }),
  );
  const machine = await newMachine();
  const words = ['generate', 'a mug', '--timeout', '3s', '--base-url', `https://127.0.0.1:${port}`];
  const env = { ...machine.env, NODE_EXTRA_CA_CERTS: certificate.path };
  const { exitCode, stderr } = await run(machine, words, { env });
  expect(exitCode).not.toBe(0);
  if (reason) expect(stderr).toContain(reason);
  expect(inner.calls).toEqual([]);
});

test('a plain server behind https is told in words', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const base = service.url.replace('http:', 'https:');
  const { exitCode, stderr } = await run(machine, ['generate', 'a mug', '--base-url', base]);
  expect(exitCode).toBe(8);
  expect(stderr).toContain(`error: ${new URL(base).host}: no safe connection (wrong version number)`);
});
