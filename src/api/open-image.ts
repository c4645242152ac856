import { Failure } from '../errors.ts';
import { decoded } from './decoded.ts';
import { answeredAt, retryAfter } from './retry.ts';
import type { HttpAnswer, Transport } from './transport.ts';

/** Where an earlier transfer of the same picture stopped. */
export interface Resumption {
  offset: number;
  /** A strong ETag or a date: the server goes on only with the same bytes (RFC 9110 §13.1.5). */
  validator: string;
}

export interface OpenImage {
  /** Bytes that come before these: 0, or the offset that was asked for. */
  offset: number;
  /** Bytes still to come; undefined where the server does not say. */
  length: number | undefined;
  /** With it a torn transfer can go on; undefined where the server offers none. */
  validator: string | undefined;
  body: AsyncIterable<Uint8Array>;
  close(): void;
}

const mostRedirects = 10;

/** Opens the picture at a URL. The key is never sent. Throws `download`; `facts.expired` when the URL is no longer good. */
export async function openImage(
  transport: Transport,
  url: string,
  now: number,
  signal: AbortSignal,
  resume?: Resumption,
): Promise<OpenImage> {
  let address = url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const answer = await transport({
      method: 'GET',
      url: address,
      headers: headersOf(resume),
      signal,
    });
    const location = answer.headers.location;
    if (answer.status >= 300 && answer.status < 400 && location && URL.canParse(location, address)) {
      answer.close();
      address = redirected(location, address);
      continue;
    }
    if (answer.status === 200 || answer.status === 206) return opened(answer, resume, address);
    answer.close();
    throw refused(answer, address, now);
  }
  throw new Failure('download', `${new URL(url).host} redirects in a circle`);
}

function headersOf(resume: Resumption | undefined): Record<string, string> {
  return {
    accept: 'image/*',
    'accept-encoding': 'identity',
    ...(resume && {
      range: `bytes=${resume.offset}-`,
      'if-range': resume.validator,
    }),
  };
}

function redirected(location: string, from: string): string {
  const target = new URL(location, from);
  if (target.protocol !== 'https:' && target.protocol !== new URL(from).protocol) {
    throw new Failure(
      'download',
      `${new URL(from).host} redirects to ${target.protocol}//${target.host}: not followed`,
    );
  }
  return target.href;
}

async function opened(answer: HttpAnswer, resume: Resumption | undefined, url: string): Promise<OpenImage> {
  const { headers, status } = answer;
  const offset =
    status === 206 ? Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? Number.NaN) : 0;
  if (status === 206 && offset !== (resume?.offset ?? 0)) {
    answer.close();
    throw new Failure(
      'download',
      `${new URL(url).host} sent another part of the picture than was asked for`,
      {
        retryable: true,
        restart: true,
      },
    );
  }
  const coded = headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity';
  const length = coded
    ? Number.NaN
    : Number(/^\d+$/.exec(headers['content-length'] ?? '')?.[0] ?? Number.NaN);
  return {
    offset,
    length: Number.isNaN(length) ? undefined : length,
    validator: coded ? undefined : validatorOf(headers),
    body: await decoded(answer),
    close: answer.close,
  };
}

function validatorOf(headers: HttpAnswer['headers']): string | undefined {
  const etag = headers.etag;
  if (etag && !etag.startsWith('W/')) return etag;
  return etag ? undefined : headers['last-modified'];
}

function refused({ status, headers }: HttpAnswer, url: string, now: number): Failure {
  const retryable = status === 416 || status === 408 || status === 425 || status === 429 || status >= 500;
  // Hosts of signed addresses answer with whatever means "no" to them.
  const expired = status >= 400 && !retryable;
  const host = new URL(url).host;
  return new Failure(
    'download',
    expired ? `the picture is no longer at ${host} (${status})` : `${host} answered ${status}`,
    {
      status,
      expired,
      answeredAt: answeredAt(headers),
      hint: expired ? 'Pictures are kept for seven days; after that, generate makes a new one' : undefined,
      restart: status === 416,
      retryable,
      retryAfterMs: retryAfter(headers['retry-after'], now),
    },
  );
}
