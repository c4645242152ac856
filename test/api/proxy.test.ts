import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/api/proxy.ts';

const https = new URL('https://api.test/v1');
const http = new URL('http://pictures.test:8080/a.png');

describe('the proxy variables, as curl reads them', () => {
  test.each([
    [https, {}, undefined],
    [https, { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    [https, { https_proxy: 'http://q:1', HTTPS_PROXY: 'http://p:1' }, 'http://q:1'],
    [https, { https_proxy: '', HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    [https, { https_proxy: ' ', HTTPS_PROXY: ' http://p:1 ' }, 'http://p:1'],
    [https, { HTTP_PROXY: 'http://p:1', http_proxy: 'http://p:1' }, undefined],
    [http, { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    [http, { http_proxy: 'http://q:1', HTTP_PROXY: 'http://p:1' }, 'http://q:1'],
    [http, { HTTPS_PROXY: 'http://p:1' }, undefined],
    [https, { HTTPS_PROXY: 'p:1' }, 'http://p:1'],
    [https, { HTTPS_PROXY: '' }, undefined],
    [https, { ALL_PROXY: 'p:1' }, 'http://p:1'],
    [http, { all_proxy: 'p:1/', ALL_PROXY: 'q:1' }, 'http://p:1'],
    [https, { ALL_PROXY: 'http://q:1', https_proxy: 'http://p:1' }, 'http://p:1'],
    [https, { ALL_PROXY: 'socks5h://p:1' }, 'socks5://p:1'],
    [https, { HTTPS_PROXY: 'HTTPS://[::1]:3' }, 'https://[::1]:3'],
  ])('%s %j', (url, env, proxy) => {
    expect(proxyFor(url, env)?.url).toBe(proxy);
  });

  test.each([
    ['api.test', false],
    ['API.TEST', false],
    ['.test', false],
    ['*.test', false],
    ['test', false],
    ['example.com, api.test', false],
    ['*', false],
    ['api.test:443', false],
    ['api.test:80', true],
    ['pi.test', true],
    ['', true],
  ])('NO_PROXY=%s', (list, goesThrough) => {
    const env = { HTTPS_PROXY: 'p:1', NO_PROXY: list };
    expect(proxyFor(https, env) !== undefined).toBe(goesThrough);
  });
});

describe('user and password of a proxy', () => {
  test.each([
    ['user:pass@p:1', 'user:pass'],
    ['http://user:pass@p:1', 'user:pass'],
    ['http://user:a%40b%2Fc@p:1', 'user:a@b/c'],
    ['http://user:50%off@p:1', 'user:50%off'],
    ['http://user:a:b@p:1', 'user:a:b'],
    ['http://user@p:1', 'user:'],
    ['http://p:1', undefined],
  ])('%s', (typed, told) => {
    const proxy = proxyFor(https, { HTTPS_PROXY: typed });
    const sent = proxy?.credentials && Object.values(proxy.credentials).join(':');
    expect(sent).toBe(told);
    expect([proxy?.url, proxy?.host]).toEqual(['http://p:1', 'p:1']);
  });

  test.each([
    'http://u:s3cret@Summer#2026@p:1',
    'http://u:s3cret/w0rd@p:1',
    'http://u:s3cret?w0rd@p:1',
    'http://u:a@s3cret@p:1',
    'http://u:s3cret word@p:1',
    'http://u:s3cret@p:99999',
    'http://u:s3cret@:bad:',
    'socks4://u:s3cret@p:1',
    'http://',
  ])('nothing of %s is shown', (typed) => {
    const told = (): unknown => proxyFor(https, { HTTPS_PROXY: typed });
    expect(told).toThrow('HTTPS_PROXY is not a usable address of a proxy');
    expect(told).not.toThrow(/s3cret|w0rd|Summer|2026/);
  });
});
