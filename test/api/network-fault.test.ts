import { describe, expect, test } from 'vitest';
import { networkFault } from '../../src/api/network-fault.ts';

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
      coded('ERR_SSL_WRONG_VERSION_NUMBER', '80CC:error:0A00010B:SSL routines', {
        reason: 'wrong version number',
      }),
      'runapi.ai: no safe connection (wrong version number)',
      true,
      false,
    ],
    [coded('ECONNRESET'), 'runapi.ai cut the connection', false, true],
    [coded('UND_ERR_SOCKET'), 'runapi.ai cut the connection', false, true],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'runapi.ai took the request and gave no answer in time', false, true],
    [coded('UND_ERR_BODY_TIMEOUT'), 'runapi.ai stopped in the middle of its answer', false, true],
    [coded('HPE_INVALID_CONSTANT'), 'runapi.ai answered something that is not HTTP', false, true],
    [new Error('odd\nat x.js:1'), 'runapi.ai could not be asked (odd)', false, true],
    ['text', 'runapi.ai could not be asked (text)', false, true],
  ])('%s', (error, message, neverSent, retryable) => {
    const fault = networkFault(error, 'runapi.ai');
    expect(fault.message).toBe(message);
    expect(fault.neverSent).toBe(neverSent);
    expect(fault.facts.retryable ?? false).toBe(retryable);
    expect(fault.exitCode).toBe(8);
  });
});
