import { gzipSync } from 'node:zlib';
import type { Order } from '../support/service.ts';

/** The connection is cut before anything was done. */
export const resetting: Order = (_call, response) => void response.socket?.resetAndDestroy();

/** A status and any body, not JSON alone. */
export function saying(
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string | number> = {},
): Order {
  return (_call, response) => void response.writeHead(status, headers).end(body);
}

/** The usual answer, of which only the first bytes come; then the connection is cut. */
export function tornAfter(bytes: number, headers: Record<string, string> = {}): Order {
  return rewritten((body, response, status, usual) => {
    response.writeHead(status, { ...usual, ...headers });
    response.write(body.subarray(0, bytes), () => setTimeout(() => response.socket?.resetAndDestroy(), 5));
  });
}

/** The usual answer without its headers, so that nothing tells the picture from another one. */
export function withoutHeaders(then: Order): Order {
  return (call, response, usual) => {
    const { writeHead } = response;
    response.writeHead = ((status: number, headers: Record<string, string>) => {
      const { etag: _, 'last-modified': __, ...left } = headers;
      return writeHead.call(response, status, left);
    }) as typeof response.writeHead;
    then(call, response, usual);
  };
}

/** The usual answer, compressed although nobody asked for it. */
export function gzipped(flaw: (body: Buffer) => Buffer = (body) => body): Order {
  return rewritten((body, response, status, { 'content-length': _, ...headers }) => {
    response.writeHead(status, { ...headers, 'content-encoding': 'gzip' }).end(flaw(gzipSync(body)));
  });
}

/** The usual answer with other bytes. */
export function changed(change: (body: Buffer) => Buffer, headers: Record<string, string | number> = {}): Order {
  return rewritten((body, response, status, usual) => {
    const other = change(body);
    response.writeHead(status, { ...usual, 'content-length': other.length, ...headers }).end(other);
  });
}

/** A body that never ends, after its beginning. */
export function endless(begin: Buffer | string, headers: Record<string, string> = {}): Order {
  return (_call, response) => {
    response.writeHead(200, headers);
    response.on('error', () => undefined);
    const chunk = Buffer.alloc(256 * 1024, ' ');
    const pour = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', pour);
    };
    response.write(begin);
    pour();
  };
}

/** The work is done; of the answer the first bytes come, then nothing more. */
export function stallingAfter(bytes: number): Order {
  return rewritten((body, response, status, headers) => {
    response.writeHead(status, { 'content-length': body.length, ...headers }).write(body.subarray(0, bytes));
  });
}

export function redirecting(status: number, to: string): Order {
  return (_call, response) => void response.writeHead(status, { location: to }).end();
}

/** The work is done, and the answer is another. */
export function doneButSaying(status: number, body = '', headers: Record<string, string> = {}): Order {
  return rewritten((_body, response) => void response.writeHead(status, headers).end(body));
}

/** Not HTTP at all. */
export const gibberish: Order = (_call, response) => void response.socket?.end('220 smtp.example ESMTP\r\n');

/** Lets the usual answer be made, and hands it over instead of sending it. */
function rewritten(
  send: (
    body: Buffer,
    response: Parameters<Order>[1],
    status: number,
    headers: Record<string, string | number>,
  ) => void,
): Order {
  return (_call, response, usual) => {
    const { writeHead, end } = response;
    let status = 200;
    let headers: Record<string, string | number> = {};
    response.writeHead = ((told: number, named: Record<string, string | number>) => {
      status = told;
      headers = named;
      return response;
    }) as typeof response.writeHead;
    response.end = ((body: string | Buffer = '') => {
      response.writeHead = writeHead;
      response.end = end;
      send(Buffer.from(body as string), response, status, headers);
      return response;
    }) as typeof response.end;
    usual();
  };
}
