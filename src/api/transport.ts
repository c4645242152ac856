import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Failure } from '../errors.ts';
import { checkAddress, lookupFor } from './allowed-address.ts';
import { isLoopback } from './base-url.ts';
import { decoded, textOf } from './decoded.ts';
import { askedForPassword, networkFault } from './network-fault.ts';
import { type NamedProxy, proxyFor } from './proxy.ts';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'HEAD' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal | undefined;
  /** Called when there is a connection and the body is about to leave: before, nobody can have got the request. */
  leaving?: (() => void) | undefined;
  /** The host of the API, where it named this address: then the address must not lead into a network of the user's. */
  namedBy?: string | undefined;
}

export interface HttpAnswer {
  status: number;
  /** Without secrets. */
  headers: Readonly<Record<string, string>>;
  /** Unpacked. */
  body: AsyncIterable<Uint8Array>;
  /** Reads the body as a text without secrets. Throws `bad_response` past so many bytes. */
  text(maxBytes: number): Promise<string>;
  /** Drops what has not been read. */
  close(): void;
}

/** Sends one request and follows no redirect. Throws a `NetworkFault`, another `Failure`, or the signal's reason. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

export interface TransportOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Removes secrets: servers repeat them in their answers, and those are shown and recorded. */
  redact(text: string): string;
  /** Told of every exchange, for `--verbose`. */
  log?: ((line: string) => void) | undefined;
}

const connectTimeoutMs = 10_000;
/** Node gives up a slow address after 250 ms, which is less than a satellite needs. */
const familyTimeoutMs = 3000;
const headersTimeoutMs = 60_000;
/** A body that brings no byte for so long is cut. */
const stallTimeoutMs = 30_000;
/** How much of a text `--verbose` shows, in characters. */
const mostLogged = 2000;

const sharedDispatchers = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) => Symbol.for(name));

/** Loads undici without its side effect: it becomes the dispatcher of `fetch` in the program that imports this package. */
async function loadUndici(): Promise<typeof import('undici')> {
  const undici = await import('undici');
  // Another dispatcher is Node's own or the program's.
  if (undici.getGlobalDispatcher() instanceof undici.Agent)
    for (const name of sharedDispatchers) (globalThis as Record<symbol, unknown>)[name] = undefined;
  return undici;
}

/** Creates a transport over undici, which is loaded with the first request. Connections are kept and shared. */
export function createTransport({ env, redact, log }: TransportOptions): Transport {
  let loading: Promise<typeof import('undici')> | undefined;
  const dispatchers = new Map<string, Dispatcher>();

  async function send({ url: address, leaving, body: text, namedBy, ...wanted }: HttpRequest): Promise<HttpAnswer> {
    loading ??= loadUndici();
    const undici = await loading;
    wanted.signal?.throwIfAborted();
    const url = new URL(address);
    const proxy = isLoopback(url.hostname) ? undefined : proxyFor(url, env);
    if (namedBy !== undefined) await checkAddress(url.hostname, namedBy, proxy !== undefined);
    const outgoing = text === undefined ? undefined : outgoingBody(text, leaving);
    const name = `${proxy?.url ?? ''} ${namedBy ?? ''}`;
    const dispatcher = dispatchers.get(name) ?? dispatcherOf(undici, proxy, namedBy);
    dispatchers.set(name, dispatcher);
    const fault = (error: unknown, left?: boolean): unknown =>
      wanted.signal?.aborted ? wanted.signal.reason : networkFault(error, { host: url.host, proxy, left });
    try {
      const { statusCode, headers, body } = await undici.request(url, {
        method: wanted.method,
        signal: wanted.signal,
        headers: { ...wanted.headers, ...(outgoing && { 'content-length': String(outgoing.length) }) },
        body: outgoing?.body ?? null,
        dispatcher,
      });
      body.on('error', () => undefined); // told to the reader of the body, and to nobody who closed it
      if (proxy && statusCode === 407) throw askedForPassword(proxy);
      const close = (): void => void body.destroy();
      const raw = { status: statusCode, headers: clean(headers), body: readBody(body, fault), close };
      return answerOf(raw, url.host, redact);
    } catch (error) {
      throw fault(error, outgoing?.left());
    }
  }

  function clean(headers: Record<string, string | string[] | undefined>): Record<string, string> {
    const entries = Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      // One address only can be gone to; what else is sent twice is a list.
      const [first = ''] = [value].flat();
      const joined = name.toLowerCase() === 'location' ? first : [value].flat().join(', ');
      // Bytes beyond ASCII are UTF-8 to browsers, and Latin-1 to undici.
      return [[name.toLowerCase(), redact(textOf(Buffer.from(joined, 'latin1'), '; charset=latin1').trim())]];
    });
    return Object.fromEntries(entries);
  }

  return log ? logged(send, log) : send;
}

/** Adds to an answer as it was sent how to read it. */
export function answerOf(raw: Omit<HttpAnswer, 'text'>, host: string, redact: (text: string) => string): HttpAnswer {
  const { headers, close } = raw;
  const body = decoded(raw.body, headers['content-encoding']);
  return {
    ...raw,
    body,
    async text(maxBytes) {
      try {
        return redact(textOf(await readAll(body, maxBytes, host), headers['content-type']));
      } catch (error) {
        close();
        throw error;
      }
    },
  };
}

/** A body is pulled once there is a connection to write it to: that is the moment in which the request leaves. */
function outgoingBody(
  text: string | Uint8Array,
  leaving: (() => void) | undefined,
): { body: Readable; length: number; left(): boolean } {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  let hasLeft = false;
  return { body: Readable.from(pulled()), length: bytes.length, left: () => hasLeft };

  async function* pulled(): AsyncGenerator<Uint8Array> {
    hasLeft = true;
    leaving?.();
    yield bytes;
  }
}

function dispatcherOf(
  undici: typeof import('undici'),
  proxy: NamedProxy | undefined,
  namedBy: string | undefined,
): Dispatcher {
  const connect = { timeout: connectTimeoutMs, autoSelectFamilyAttemptTimeout: familyTimeoutMs };
  const options = { headersTimeout: headersTimeoutMs, bodyTimeout: stallTimeoutMs };
  if (proxy === undefined) {
    const lookup = namedBy === undefined ? {} : { lookup: lookupFor(namedBy) };
    return new undici.Agent({ ...options, connect: { ...connect, ...lookup } });
  }
  const { url: uri, credentials } = proxy;
  const proxyOptions = { ...options, uri, requestTls: connect, proxyTunnel: false };
  // With `proxyTls` undici speaks TLS to a SOCKS proxy, too.
  if (uri.startsWith('socks5:')) return new undici.ProxyAgent({ ...proxyOptions, ...credentials });
  const { username = '', password = '' } = credentials ?? {};
  const token = credentials && `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return new undici.ProxyAgent({ ...proxyOptions, proxyTls: connect, ...(token && { token }) });
}

async function readAll(body: AsyncIterable<Uint8Array>, maxBytes: number, host: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Failure('bad_response', `${host} sends an answer without end`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* readBody(
  body: AsyncIterable<Uint8Array>,
  fault: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw fault(error);
  }
}

/** Tells of every exchange. What comes in has no secrets left in it, so that it may be cut anywhere. */
function logged(send: Transport, log: (line: string) => void): Transport {
  return async (request) => {
    log(`> ${request.method} ${request.url}`);
    for (const [name, value] of Object.entries(request.headers)) {
      log(`>   ${name}: ${name === 'authorization' ? 'Bearer …' : value}`);
    }
    if (request.body !== undefined)
      log(`>   ${typeof request.body === 'string' ? request.body : `${request.body.length} bytes`}`);
    try {
      const answer = await send(request);
      log(`< ${answer.status} ${request.url}`);
      for (const [name, value] of Object.entries(answer.headers)) log(`<   ${name}: ${value}`);
      return {
        ...answer,
        async text(maxBytes) {
          const text = await answer.text(maxBytes);
          if (text !== '') log(`<   ${text.length > mostLogged ? `${text.slice(0, mostLogged)}…` : text}`);
          return text;
        },
      };
    } catch (error) {
      log(`< ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };
}
