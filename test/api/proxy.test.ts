import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/api/proxy.ts';

describe('the proxy variables, as curl reads them', () => {
  test.each([
    ['https:', {}, undefined],
    ['https:', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https:', { https_proxy: 'http://q:1', HTTPS_PROXY: 'http://p:1' }, 'http://q:1'],
    ['https:', { https_proxy: '', HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https:', { https_proxy: ' ', HTTPS_PROXY: ' http://p:1 ' }, 'http://p:1'],
    ['https:', { HTTP_PROXY: 'http://p:1', http_proxy: 'http://p:1' }, undefined],
    ['http:', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    ['http:', { http_proxy: 'http://q:1', HTTP_PROXY: 'http://p:1' }, 'http://q:1'],
    ['http:', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https:', { HTTPS_PROXY: 'p:1' }, 'http://p:1'],
    ['https:', { HTTPS_PROXY: 'user:pass@p:1' }, 'http://user:pass@p:1'],
    ['https:', { HTTPS_PROXY: '' }, undefined],
  ])('%s %j', (protocol, env, proxy) => {
    expect(proxyFor(protocol, env)).toBe(proxy);
  });
});
