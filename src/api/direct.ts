import { setMaxListeners } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

/** A request as it leaves. */
export interface Outgoing {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: Uint8Array | undefined;
  signal?: AbortSignal | undefined;
  /** Called once there is a connection, right before the body is written to it. */
  leave(): void;
}

/** An answer as it comes. */
export interface Incoming {
  status: number;
  /** Names in small letters. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: AsyncIterable<Uint8Array>;
  /** Drops what has not been read. */
  close(): void;
}

/** Sends one request, and throws what Node or undici throw. */
export type Exchange = (outgoing: Outgoing) => Promise<Incoming>;

export const limits = {
  connectMs: 10_000,
  /** Node gives up a slow address after 250 ms, which is less than a satellite needs. */
  familyMs: 3000,
  /** From the connection, and from each byte that is sent, to the answer. */
  headersMs: 60_000,
  /** A body that brings no byte for so long is cut. */
  stallMs: 30_000,
};

/** Less than the 5 s after which Node's servers close a connection that is not used. */
const idleMs = 4000;

/** Creates an exchange over Node's own HTTP client, which looks names up in its own way or in the given one. */
export function createDirect(lookup?: LookupFunction | ''): Exchange {
  const options = { keepAlive: true, timeout: idleMs, autoSelectFamilyAttemptTimeout: limits.familyMs };
  const ways = {
    'http:': { request: http.request, agent: new http.Agent(options), ready: 'connect' },
    'https:': { request: https.request, agent: new https.Agent(options), ready: 'secureConnect' },
  };

  return ({ url, method, headers, body, signal, leave }) =>
    new Promise((resolve, reject) => {
      if (signal) setMaxListeners(0, signal); // many requests may share one
      const { request, agent, ready } = ways[url.protocol as keyof typeof ways];
      const outgoing = request(url, {
        method,
        headers: { ...headers, ...(body && { 'content-length': body.length }) },
        auth: null,
        agent,
        timeout: limits.connectMs,
        ...(lookup && { lookup }),
        ...(signal && { signal }),
      });
      let late = timedOut('CONNECT_TIMEOUT');
      let answer: IncomingMessage | undefined;
      let broken: unknown;
      outgoing.on('timeout', () => outgoing.destroy(late));
      outgoing.on('error', (error) => {
        if (!answer?.complete) broken ??= error; // else all of it is here
        reject(error);
      });
      outgoing.on('close', () => reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' })));
      outgoing.on('socket', (socket) => {
        if (outgoing.reusedSocket) send();
        else socket.once(ready, send);

        function send(): void {
          late = timedOut('HEADERS_TIMEOUT');
          socket.setTimeout(limits.headersMs);
          try {
            leave();
            outgoing.end(body);
          } catch (error) {
            outgoing.destroy(error as Error);
          }
        }
      });
      outgoing.on('response', (incoming) => {
        answer = incoming;
        late = timedOut('BODY_TIMEOUT');
        incoming.on('error', () => undefined); // told to the reader of the body, and to nobody who closed it
        incoming.socket.setTimeout(0);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headersDistinct,
          body: readBody(incoming, () => broken),
          close: () => void incoming.destroy(),
        });
      });
    });
}

/** The server has time only while somebody waits for it: a slow disk is not its fault. */
async function* readBody(incoming: IncomingMessage, broken: () => unknown): AsyncGenerator<Uint8Array> {
  const { socket } = incoming;
  const chunks: AsyncIterator<Uint8Array> = incoming[Symbol.asyncIterator]();
  try {
    for (;;) {
      if (!incoming.complete) socket.setTimeout(limits.stallMs); // else it may be another request's by now
      const next = await chunks.next();
      if (next.done) break;
      socket.setTimeout(0);
      yield next.value;
    }
    // Without a length, the end of the connection is the end of the body for Node, however it ended.
    if (broken()) throw broken();
  } catch (error) {
    throw broken() ?? error;
  } finally {
    incoming.destroy();
  }
}

function timedOut(code: string): Error {
  return Object.assign(new Error('timed out'), { code });
}
