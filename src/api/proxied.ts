import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { type Exchange, limits } from './direct.ts';
import type { NamedProxy } from './proxy.ts';

const sharedDispatchers = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) => Symbol.for(name));

/** Creates an exchange through a proxy (HTTP, HTTPS or SOCKS5), over undici. */
export async function createProxied(proxy: NamedProxy): Promise<Exchange> {
  const undici = await loadUndici();
  const dispatcher = dispatcherOf(undici, proxy);
  return async ({ url, method, headers, body, signal, leave }) => {
    const { statusCode, ...incoming } = await undici.request(url, {
      method: method as Dispatcher.HttpMethod,
      signal,
      headers: { ...headers, ...(body && { 'content-length': String(body.length) }) },
      body: body ? Readable.from(pulled(body, leave)) : null,
      dispatcher,
    });
    incoming.body.on('error', () => undefined); // told to the reader of the body, and to nobody who closed it
    const close = (): void => void incoming.body.destroy();
    return { status: statusCode, headers: incoming.headers, body: incoming.body, close };
  };
}

/** A body is pulled once there is a connection to write it to: that is the moment in which the request leaves. */
async function* pulled(body: Uint8Array, leave: () => void): AsyncGenerator<Uint8Array> {
  leave();
  yield body;
}

/** Loads undici without its side effect: it becomes the dispatcher of `fetch` in the program that imports this package. */
async function loadUndici(): Promise<typeof import('undici')> {
  const undici = await import('undici');
  // Another dispatcher is Node's own or the program's.
  if (undici.getGlobalDispatcher() instanceof undici.Agent)
    for (const name of sharedDispatchers) (globalThis as Record<symbol, unknown>)[name] = undefined;
  return undici;
}

function dispatcherOf(undici: typeof import('undici'), { url: uri, credentials }: NamedProxy): Dispatcher {
  const connect = { timeout: limits.connectMs, autoSelectFamilyAttemptTimeout: limits.familyMs };
  const options = { headersTimeout: limits.headersMs, bodyTimeout: limits.stallMs };
  const proxyOptions = { ...options, uri, requestTls: connect, proxyTunnel: false };
  // With `proxyTls` undici speaks TLS to a SOCKS proxy, too.
  if (uri.startsWith('socks5:')) return new undici.ProxyAgent({ ...proxyOptions, ...credentials });
  const { username = '', password = '' } = credentials ?? {};
  const token = credentials && `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return new undici.ProxyAgent({ ...proxyOptions, proxyTls: connect, ...(token && { token }) });
}
