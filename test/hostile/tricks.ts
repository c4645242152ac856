import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Order } from '../support/service.ts';

/** Bytes sent as they are, in place of any HTTP that Node would allow. */
export function sendingRaw(...parts: ReadonlyArray<string | Buffer>): Order {
  return (_call, response) => {
    for (const part of parts) response.socket?.write(part);
    response.socket?.end();
  };
}

/** The beginning, then one byte again and again, slowly, as long as anybody listens. */
export function dripping(begin: string | Buffer, drop: string, everyMs = 50): Order {
  return (_call, response) => {
    const { socket } = response;
    socket?.on('error', () => undefined).write(begin);
    const timer = setInterval(() => {
      if (socket?.destroyed) clearInterval(timer);
      else socket?.write(drop);
    }, everyMs);
  };
}

/** Without a pause, as long as anybody listens. */
export function flooding(begin: string, flood: string): Order {
  return (_call, response) => {
    const { socket } = response;
    socket?.on('error', () => undefined).write(begin);
    const block = flood.repeat(Math.ceil(65_536 / flood.length));
    const pour = (): void => {
      while (socket && !socket.destroyed && socket.write(block));
      if (socket && !socket.destroyed) socket.once('drain', pour);
    };
    pour();
  };
}

/** A small body that unpacks to `megabytes` of blanks behind its beginning. */
export function bomb(
  begin: string | Buffer,
  megabytes: number,
  coding: 'gzip' | 'br',
  type = 'application/json',
): Order {
  let packed: Buffer | undefined; // packed only where it is sent: that takes its time
  return (_call, response) => {
    packed ??= pack(Buffer.concat([Buffer.from(begin), Buffer.alloc(megabytes * 1_000_000, ' ')]), coding);
    response.writeHead(200, { 'content-type': type, 'content-encoding': coding }).end(packed);
  };
}

function pack(plain: Buffer, coding: 'gzip' | 'br'): Buffer {
  const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  return coding === 'gzip' ? gzipSync(plain, { level: 1 }) : brotliCompressSync(plain, fast);
}

/** What a terminal would obey: a title, a colour, a link, a C1 control, a turned direction, a second line. */
export const evil = '\u001b]0;evil\u0007\u001b[31m\u009b2J\u202egnp\r\nerror: forged\u2028\u0000';

/** A head for `sendingRaw`. */
export function head(...lines: string[]): string {
  return ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');
}
