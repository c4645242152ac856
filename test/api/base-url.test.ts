import { describe, expect, test } from 'vitest';
import { isLoopback, parseBaseUrl } from '../../src/api/base-url.ts';

describe('the same server, however it is written', () => {
  test.each([
    ['https://runapi.ai', 'https://runapi.ai'],
    ['https://runapi.ai/', 'https://runapi.ai'],
    ['https://runapi.ai/v1', 'https://runapi.ai'],
    ['https://runapi.ai/v1/', 'https://runapi.ai'],
    ['https://runapi.ai/api/v1', 'https://runapi.ai'],
    [' HTTPS://RunAPI.ai/v1 \n', 'https://runapi.ai'],
    ['https://proxy.example/runapi/v1', 'https://proxy.example/runapi'],
    ['https://runapi.ai:443', 'https://runapi.ai'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['http://localhost:4010/v1', 'http://localhost:4010'],
    ['http://[::1]:4010', 'http://[::1]:4010'],
  ])('%s', (typed, base) => {
    expect(parseBaseUrl(typed, '--base-url')).toBe(base);
  });
});

describe('an address that would give the key away, or is none', () => {
  test.each([
    ['http://runapi.ai', '--base-url: http://runapi.ai is not safe for a key'],
    ['http://10.0.0.1', 'is not safe for a key'],
    ['http://127.0.0.1.example.com', 'is not safe for a key'],
    ['http://0.0.0.0', 'is not safe for a key'],
    ['ftp://runapi.ai', 'is not safe for a key'],
    ['file:///etc/passwd', 'is not safe for a key'],
    ['https://me:secret@runapi.ai', 'may not hold a user name or password'],
    ['https://runapi.ai?key=1', 'ends before "?"'],
    ['https://runapi.ai/#x', 'ends before "?"'],
    ['runapi.ai', 'is not a URL'],
    ['', 'is not a URL'],
    ['https://', 'is not a URL'],
  ])('%s', (typed, problem) => {
    expect(() => parseBaseUrl(typed, '--base-url')).toThrow(problem);
  });
});

test.each([
  ['localhost', true],
  ['api.localhost', true],
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['[::1]', true],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
  ['128.0.0.1', false],
  ['[::2]', false],
])('%s is this machine: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
