import { Failure } from '../errors.ts';
import { hostOf } from './base-url.ts';
import type { Caller } from './exchange.ts';
import { answeredAt, isTransient, retryAfter } from './retry.ts';
import type { HttpAnswer } from './transport.ts';

/** Where an earlier transfer of the same picture stopped. */
export interface Resumption {
  offset: number;
  /** A strong ETag: the server goes on only with the same bytes (RFC 9110 §13.1.5). */
  validator: string;
  /** How long the whole picture was then. */
  total: number | undefined;
}

export interface OpenImage {
  /** Bytes that come before these: 0, or the offset that was asked for. */
  offset: number;
  /** The length of the whole picture; undefined where the server does not say. */
  total: number | undefined;
  /** With it a torn transfer can go on; undefined where the server offers none. */
  validator: string | undefined;
  body: AsyncIterable<Uint8Array>;
  close(): void;
}

const mostRedirects = 10;

/**
 * Opens the picture at a URL. The key is never sent. From an API under https, nothing but https is followed. Throws
 * `download`; with `facts.expired` a fresh URL may be good where this one is not.
 */
export async function openImage(
  { transport, base, userAgent, clock }: Pick<Caller, 'transport' | 'base' | 'userAgent' | 'clock'>,
  url: string,
  signal: AbortSignal,
  resume?: Resumption,
): Promise<OpenImage> {
  let address = checked(url, base, 'names a picture at');
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const answer = await transport({
      method: 'GET',
      url: address,
      headers: headersOf(userAgent, resume),
      signal,
      namedBy: new URL(base).hostname,
    });
    const location = answer.headers.location;
    if (answer.status >= 300 && answer.status < 400 && location && URL.canParse(location, address)) {
      answer.close();
      address = checked(new URL(location, address).href, address, 'redirects to');
      continue;
    }
    if (answer.status === 200 || answer.status === 206) return opened(answer, resume, address);
    answer.close();
    throw refused(answer, address, clock.now());
  }
  throw new Failure('download', `${hostOf(url)} redirects in a loop`, { retryable: true, restart: true });
}

/** Some hosts refuse whoever does not say what a browser says. */
function headersOf(userAgent: string, resume: Resumption | undefined): Record<string, string> {
  return {
    accept: 'image/png,image/jpeg,image/*;q=0.9,*/*;q=0.5',
    'accept-encoding': 'identity',
    'user-agent': `Mozilla/5.0 (compatible; ${userAgent})`,
    ...(resume && { range: `bytes=${resume.offset}-`, 'if-range': resume.validator }),
  };
}

function checked(url: string, from: string, how: string): string {
  const { protocol, host } = new URL(url);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && new URL(from).protocol === 'http:');
  if (isSafe) return url;
  throw new Failure('download', `${hostOf(from)} ${how} ${protocol}//${host}: not followed`, {
    hint: 'From https nothing but https is followed',
  });
}

/** A part is joined to what is there only where it surely belongs to the same picture: RFC 9110 §15.3.7.3. */
function opened(answer: HttpAnswer, resume: Resumption | undefined, url: string): OpenImage {
  const { headers, status, body, close } = answer;
  const isCoded = !/^(identity)?$/i.test(headers['content-encoding'] ?? '');
  const validator = isCoded || !/^"/.test(headers.etag ?? '') ? undefined : headers.etag;
  if (status === 200) {
    const length = isCoded ? undefined : wholeNumber(headers['content-length']);
    return { offset: 0, total: length, validator, body, close };
  }
  const [, first, size] = /^bytes (\d+)-\d+\/(\d+)$/i.exec(headers['content-range']?.trim() ?? '') ?? [];
  const [offset, total] = [wholeNumber(first), wholeNumber(size)];
  const isSame = resume && validator === resume.validator && total === (resume.total ?? total);
  const isWanted = resume ? isSame && offset === resume.offset : offset === 0;
  if (isWanted && offset !== undefined && total !== undefined) return { offset, total, validator, body, close };
  close();
  throw new Failure('download', `${hostOf(url)} sent another part of the picture than was asked for`, {
    retryable: true,
    restart: true,
  });
}

function wholeNumber(text: string | undefined): number | undefined {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined;
}

/** Hosts of signed addresses answer with whatever means "no" to them: only 410 says that the picture is gone. */
function refused({ status, headers }: HttpAnswer, url: string, now: number): Failure {
  const mayPass = status === 416 || isTransient(status);
  return new Failure(
    'download',
    `${hostOf(url)} answered ${status}${status === 410 ? '' : ' instead of the picture'}`,
    {
      status,
      expired: status >= 400 && !mayPass,
      answeredAt: answeredAt(headers),
      restart: status === 416,
      retryable: mayPass,
      retryAfterMs: retryAfter(headers, now),
    },
  );
}
