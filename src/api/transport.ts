import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import type { Dispatcher } from 'undici';
import { Failure } from '../errors.ts';
import { isLoopback } from './base-url.ts';
import { networkFault } from './network-fault.ts';
import { proxyFor } from './proxy.ts';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'HEAD' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal | undefined;
  /** Called when there is a connection and the body is about to leave: before, nobody can have got the request. */
  leaving?: (() => void) | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: AsyncIterable<Uint8Array>;
  /** Drops what has not been read. */
  close(): void;
}

/** Sends one request and follows nothing. Throws a `NetworkFault`, or the signal's reason. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

export interface TransportOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Told of every exchange, for `--verbose`. The lines hold no key. */
  log?: ((line: string) => void) | undefined;
}

const connectTimeoutMs = 10_000;
const headersTimeoutMs = 60_000;
/** A body that brings no byte for so long is cut. */
const stallTimeoutMs = 30_000;
/** Characters of an answer that `--verbose` shows. */
const mostLogged = 2000;

/** A transport over undici, which is loaded with the first request. Connections are kept and shared. */
export function createTransport({ env, log }: TransportOptions): Transport {
  let loading: Promise<typeof import('undici')> | undefined;
  const dispatchers = new Map<string, Dispatcher>();

  async function send({ url: address, leaving, body: text, ...wanted }: HttpRequest): Promise<HttpAnswer> {
    loading ??= loadUndici();
    const undici = await loading;
    wanted.signal?.throwIfAborted();
    const url = new URL(address);
    const outgoing = text === undefined ? undefined : outgoingBody(text, leaving);
    const proxy = isLoopback(url.hostname) ? undefined : proxyFor(url.protocol, env);
    const dispatcher = dispatchers.get(proxy ?? '') ?? dispatcherOf(undici, proxy, env);
    dispatchers.set(proxy ?? '', dispatcher);
    try {
      const { statusCode, headers, body } = await undici.request(url, {
        method: wanted.method,
        signal: wanted.signal,
        headers: { ...wanted.headers, ...(outgoing && { 'content-length': String(outgoing.length) }) },
        body: outgoing?.body ?? null,
        dispatcher,
      });
      body.on('error', () => undefined); // told to the reader of the body, and to nobody who closed it
      return {
        status: statusCode,
        headers: flat(headers),
        body: readBody(body, url.host, wanted.signal),
        close: () => body.destroy(),
      };
    } catch (error) {
      throw wanted.signal?.aborted ? wanted.signal.reason : networkFault(error, url.host, outgoing?.left());
    }
  }

  return log ? logged(send, log) : send;
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

/**
 * undici's HTTP parser is WebAssembly. V8 would compile it a second time, optimised, in the background, and the end
 * of the process waits for that: longer than a whole picture's transfer takes. The first compilation is fast enough.
 */
function loadUndici(): Promise<typeof import('undici')> {
  setFlagsFromString('--wasm-tiering-budget=1000000000');
  return import('undici');
}

function dispatcherOf(
  undici: typeof import('undici'),
  proxy: string | undefined,
  env: TransportOptions['env'],
): Dispatcher {
  const options = {
    connect: { timeout: connectTimeoutMs },
    headersTimeout: headersTimeoutMs,
    bodyTimeout: stallTimeoutMs,
  };
  if (proxy === undefined) return new undici.Agent(options);
  const noProxy = env.no_proxy || env.NO_PROXY || '';
  try {
    return new undici.EnvHttpProxyAgent({
      ...options,
      httpProxy: proxy,
      httpsProxy: proxy,
      noProxy,
      proxyTunnel: false,
    });
  } catch (error) {
    throw new Failure(
      'validation',
      `the proxy ${JSON.stringify(withoutPassword(proxy))} is not a usable address`,
      {
        hint: 'Mend HTTPS_PROXY / HTTP_PROXY, or unset it',
        cause: error,
      },
    );
  }
}

function withoutPassword(proxy: string): string {
  return proxy.replace(/\/\/[^@/]*@/, '//…@');
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
  );
  return Object.fromEntries(entries);
}

async function* readBody(
  body: AsyncIterable<Uint8Array>,
  host: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw signal?.aborted ? signal.reason : networkFault(error, host);
  }
}

/** Notes the beginning of a text while it is read. */
async function* loggedBody(
  body: AsyncIterable<Uint8Array>,
  log: (line: string) => void,
): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const chunk of body) {
    if (text.length < mostLogged) text += Buffer.from(chunk).toString('utf8');
    yield chunk;
  }
  if (text !== '') log(`<   ${text.length > mostLogged ? cut(text) : text}`);
}

/** Cut before a word: a key that was cut in two would no longer be found and taken out. */
function cut(text: string): string {
  return `${text.slice(0, mostLogged).replace(/\S{1,200}$/, '')}…`;
}

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
      const { 'content-type': type = 'text', 'content-encoding': coding } = answer.headers;
      const isText = /json|text|xml/.test(type) && coding === undefined;
      return isText ? { ...answer, body: loggedBody(answer.body, log) } : answer;
    } catch (error) {
      log(`< ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };
}
