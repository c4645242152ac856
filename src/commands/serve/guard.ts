import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ApiError } from './api-error.ts';

/** Refuses what a web page could have a browser send: a name that only resolves to this machine, or a foreign origin. */
export function checkSender({ headers }: IncomingMessage, listening: string): void {
  const { host = '', origin } = headers;
  if (!isOwnHost(host, listening))
    throw new ApiError(403, 'forbidden_host', 'This Host is not served. Use the address that serve printed');
  if (origin !== undefined && origin !== `http://${host}`)
    throw new ApiError(403, 'forbidden_origin', 'Requests of web pages are not served');
}

function isOwnHost(host: string, listening: string): boolean {
  const [, name = ''] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
  if (['127.0.0.1', 'localhost', '::1', listening.toLowerCase()].includes(bare)) return true;
  // A server that listens everywhere is called by whatever address the machine has, but by no name.
  return (listening === '0.0.0.0' || listening === '::') && isIP(bare) !== 0;
}

/** Throws where the request does not carry the token. */
export function checkToken({ headers }: IncomingMessage, token: string): void {
  const [, sent] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (sent === undefined || !isSame(sent, token))
    throw new ApiError(401, 'invalid_api_key', 'Incorrect API key: use the token in the file that serve names');
}

/** Takes the same time for every text. */
export function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
