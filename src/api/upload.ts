import { createHash } from 'node:crypto';
import { record, string } from 'zod/mini';
import { Failure } from '../errors.ts';
import { at, firstText, type JsonObject } from '../json.ts';
import { readObject } from './answer.ts';
import { hostOf, isLoopback } from './base-url.ts';
import { ask, type Caller } from './exchange.ts';
import { problemOf } from './problem.ts';

export interface LocalPicture {
  /** Without a folder. */
  name: string;
  bytes: Uint8Array;
  mime: string;
}

/** A picture at the service, free of charge, for an hour or so. */
export interface Uploaded {
  url: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const usualLifeMs = 3_600_000;

/**
 * Uploads a picture: the service names a place, the picture goes there without the key, the service is told. Throws
 * its refusal, a network fault, or `bad_response`.
 */
export async function upload(
  caller: Caller,
  { name, bytes, mime }: LocalPicture,
  signal: AbortSignal,
): Promise<Uploaded> {
  const { base } = caller;
  const checksum = createHash('md5').update(bytes).digest('base64');
  const place = await tell('prepare', { filename: name, byte_size: bytes.length, checksum, content_type: mime });
  const url = placeOf(place, base);
  const headers = record(string(), string()).safeParse(at(place, 'headers') ?? {}).data;
  const id = firstText(place, ['signed_id']);
  if (url === undefined || headers === undefined || id === undefined) throw unreadable('names no place for it');
  // The host is another, which has no business with the key.
  const {
    'content-length': _,
    host: __,
    authorization: ___,
    ...sent
  } = lowerCased({ 'content-type': mime, ...headers });
  const namedBy = new URL(base).hostname;
  const put = await caller.transport({ method: 'PUT', url, body: bytes, headers: sent, signal, namedBy });
  put.close();
  if (put.status >= 300) throw problemOf({ ...put, text: '' }, url, caller.clock.now());
  const told = await tell('confirm', { signed_id: id });
  const address = firstText(told, ['url']);
  if (address === undefined || !/^https?:/i.test(address) || !URL.canParse(address))
    throw unreadable('gives no URL for it');
  return { url: address, expiresAt: caller.clock.now() + lifeOf(told) };

  async function tell(step: string, body: object) {
    const answer = await ask(caller, { method: 'POST', url: `${base}/api/v1/files/${step}`, body, signal });
    return readObject(answer.text, hostOf(base));
  }

  function unreadable(what: string): Failure {
    return new Failure('bad_response', `${hostOf(base)} takes a picture and ${what}`, {
      hint: '--verbose shows its answer',
    });
  }
}

/** By the service's own clock: this machine's may be wrong. */
function lifeOf(told: JsonObject): number {
  const [from = Number.NaN, to = Number.NaN] = ['created_at', 'expires_at'].map((name) =>
    Date.parse(firstText(told, [name]) ?? ''),
  );
  return to >= from ? to - from : usualLifeMs;
}

/** A picture goes over plain http to this machine alone, where a sandbox may be. */
function placeOf(place: unknown, base: string): string | undefined {
  const named = firstText(place, ['upload_url']);
  if (named === undefined || !URL.canParse(named, base)) return undefined;
  const url = new URL(named, base);
  const isHere = url.protocol === 'http:' && new URL(base).protocol === 'http:' && isLoopback(url.hostname);
  return url.protocol === 'https:' || isHere ? url.href : undefined;
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
