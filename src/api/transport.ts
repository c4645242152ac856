import { Failure } from '../errors.ts';
import { checkAddress, lookupFor } from './allowed-address.ts';
import { isLoopback } from './base-url.ts';
import { decoded, textOf } from './decoded.ts';
import type { Exchange } from './direct.ts';
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

/** How much of a text `--verbose` shows, in characters. */
const mostLogged = 2000;

/**
 * Creates a transport. Connections are kept and shared. Direct requests go over Node's own client: undici, which knows
 * proxies, takes 40 ms to load.
 */
export function createTransport({ env, redact, log }: TransportOptions): Transport {
  const exchanges = new Map<string, Promise<Exchange>>();

  /** Requests to addresses that the service named look names up in their own way, and share no connection with others. */
  function exchangeFor(proxy: NamedProxy | undefined, namedBy: string | undefined): Promise<Exchange> {
    const name = proxy ? JSON.stringify(proxy) : (namedBy ?? '');
    const known = exchanges.get(name);
    if (known) return known;
    const made = proxy
      ? import('./proxied.ts').then(({ createProxied }) => createProxied(proxy))
      : import('./direct.ts').then(({ createDirect }) => createDirect(namedBy && lookupFor(namedBy)));
    exchanges.set(name, made);
    return made;
  }

  async function send({ url: address, leaving, body, namedBy, ...wanted }: HttpRequest): Promise<HttpAnswer> {
    const url = new URL(address);
    const proxy = isLoopback(url.hostname) ? undefined : proxyFor(url, env);
    const exchange = await exchangeFor(proxy, namedBy);
    wanted.signal?.throwIfAborted();
    if (namedBy !== undefined) await checkAddress(url.hostname, namedBy, proxy !== undefined);
    let left = false;
    const leave = (): void => {
      left = true;
      leaving?.();
    };
    // Where there is no body, nothing tells a request that left from one that did not.
    const fault = (error: unknown, hasLeft?: boolean): unknown =>
      wanted.signal?.aborted ? wanted.signal.reason : networkFault(error, { host: url.host, proxy, left: hasLeft });
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    try {
      const incoming = await exchange({ ...wanted, url, body: bytes, leave });
      if (proxy && incoming.status === 407) throw askedForPassword(proxy);
      const raw = { ...incoming, headers: clean(incoming.headers), body: readBody(incoming.body, fault) };
      return answerOf(raw, url.host, redact);
    } catch (error) {
      throw fault(error, body === undefined ? undefined : left);
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
