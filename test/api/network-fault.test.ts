import { describe, expect, test } from 'vitest';
import { askedForPassword, type NetworkFault, networkFault } from '../../src/api/network-fault.ts';

function coded(code: string, message = 'raw', facts: object = {}): Error {
  return Object.assign(new Error(message), { code, ...facts });
}

describe('what Node and undici throw, in words', () => {
  test.each([
    [coded('ECONNREFUSED'), 'runapi.ai refused the connection', true, true],
    [coded('ENOTFOUND'), 'runapi.ai has no address (DNS)', true, true],
    [coded('EAI_AGAIN'), 'runapi.ai could not be looked up (DNS)', true, true],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'runapi.ai did not take the connection in time', true, true],
    [
      new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]),
      'runapi.ai refused the connection',
      true,
      true,
    ],
    [new Error('outer', { cause: coded('ECONNREFUSED') }), 'runapi.ai refused the connection', true, true],
    [
      coded('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
      'runapi.ai: no safe connection (self-signed certificate)',
      true,
      false,
    ],
    [
      coded(
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
      ),
      'runapi.ai: no safe connection (self-signed certificate)',
      true,
      false,
    ],
    [
      coded('CERT_HAS_EXPIRED', 'certificate has expired'),
      'runapi.ai: no safe connection (certificate has expired)',
      true,
      false,
    ],
    [
      coded('ERR_SSL_WRONG_VERSION_NUMBER', '80CC:error:0A00010B:SSL routines', { reason: 'wrong version number' }),
      'runapi.ai: no safe connection (wrong version number)',
      true,
      false,
    ],
    [coded('ECONNRESET'), 'runapi.ai cut the connection', false, true],
    [coded('UND_ERR_SOCKET'), 'runapi.ai cut the connection', false, true],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'runapi.ai took the request and gave no answer in time', false, true],
    [coded('UND_ERR_BODY_TIMEOUT'), 'runapi.ai stopped in the middle of its answer', false, true],
    [coded('HPE_INVALID_CONSTANT'), 'runapi.ai answered something that is not HTTP', false, true],
    [coded('ETIMEDOUT', 'x', { syscall: 'read' }), 'runapi.ai did not answer in time', false, true],
    [coded('ENOBUFS', 'no\nat x.js:1', { syscall: 'write' }), 'runapi.ai could not be asked (no)', false, true],
    [coded('UND_ERR_NEW', 'odd'), 'runapi.ai could not be asked (odd)', false, true],
  ])('%s', (error, message, neverSent, retryable) => {
    const fault = networkFault(error, { host: 'runapi.ai' }) as NetworkFault;
    expect(fault.message).toBe(message);
    expect(fault.neverSent).toBe(neverSent);
    expect(fault.facts.retryable ?? false).toBe(retryable);
    expect(fault.exitCode).toBe(8);
  });
});

describe('what a proxy does is told as its own', () => {
  const proxy = { url: 'http://p:1', host: 'p:1', credentials: undefined, variable: 'HTTPS_PROXY' };
  const refusing = (status: number) => new Error(`Proxy response (${status}) !== 200 when HTTP Tunneling`);

  test.each([
    [coded('ECONNREFUSED'), 'the proxy p:1 refused the connection', 'Check HTTPS_PROXY, or unset it', true],
    [coded('ENOTFOUND'), 'the proxy p:1 has no address (DNS)', 'Check HTTPS_PROXY, or unset it', true],
    [
      refusing(502),
      'the proxy p:1 answered 502 instead of connecting to runapi.ai',
      'Check HTTPS_PROXY, or name runapi.ai in NO_PROXY',
      true,
    ],
    [
      refusing(403),
      'the proxy p:1 answered 403 instead of connecting to runapi.ai',
      'Check HTTPS_PROXY, or name runapi.ai in NO_PROXY',
      false,
    ],
    [
      refusing(407),
      'the proxy p:1 asks for a user name and password (407)',
      'Write them into HTTPS_PROXY: http://user:password@host:port',
      false,
    ],
    [coded('ECONNRESET'), 'runapi.ai (through the proxy p:1) cut the connection', undefined, true],
    [
      coded('UND_ERR_SOCKS5_REPLY_5', 'SOCKS5 connection failed: Connection refused'),
      'runapi.ai (through the proxy p:1) could not be asked (SOCKS5 connection failed: Connection refused)',
      undefined,
      true,
    ],
    [
      new Error('SOCKS5 connection timeout'),
      'runapi.ai (through the proxy p:1) could not be asked (SOCKS5 connection timeout)',
      undefined,
      true,
    ],
    [
      coded('UND_ERR_SOCKS5_AUTH_REJECTED'),
      'the proxy p:1 asks for a user name and password',
      'Write them into HTTPS_PROXY: socks5://user:password@host:port',
      false,
    ],
  ])('%s', (error, message, hint, retryable) => {
    const url = hint?.includes('socks5') ? 'socks5://p:1' : proxy.url;
    const fault = networkFault(error, { host: 'runapi.ai', proxy: { ...proxy, url } }) as NetworkFault;
    expect([fault.message, fault.facts.hint]).toEqual([message, hint]);
    expect(fault.facts.retryable ?? false).toBe(retryable);
  });

  test('a password that is refused', () => {
    expect(askedForPassword({ ...proxy, credentials: { username: 'u', password: 'p' } }).message).toBe(
      'the proxy p:1 refuses the user name or password (407)',
    );
  });
});

describe('what is no fault of the network', () => {
  test.each([
    new Error('a bug'),
    new TypeError('x is not a function'),
    coded('ENOENT', 'x', { syscall: 'open' }),
    'text',
  ])('%s stays what it is', (error) => {
    expect(networkFault(error, { host: 'runapi.ai' })).toBe(error);
  });

  test('no room for WebAssembly is told with its remedy, and not retried', () => {
    const fault = networkFault(new RangeError('WebAssembly.Instance(): Out of memory'), { host: 'x' });
    expect(fault).toMatchObject({
      code: 'internal',
      facts: { hint: expect.stringContaining('--disable-wasm-trap-handler') },
    });
    expect((fault as NetworkFault).facts.retryable).toBeUndefined();
  });
});
