import type { IncomingHttpHeaders } from 'node:http';

/** One request, as far as the routes care. */
export interface Call {
  method: string | undefined;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Scheme and host as the client wrote them: URLs in answers lead back the same way. */
  origin: string;
  /** Throws a `Refusal` if there is no JSON. */
  readJson(): Promise<unknown>;
  readBytes(): Promise<Buffer>;
}

export interface Answer {
  /** 200 by default. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** Bytes, or what goes out as JSON. */
  body?: object;
  /** Break the connection before the first byte, or in the middle of the body. */
  breaks?: 'at once' | 'half way' | undefined;
}

/** The problems of each field of a request. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** An HTTP error that the sandbox answers a call with. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly answer: Answer;

  constructor(
    status: number,
    message: string,
    { headers = {}, errors }: { headers?: Record<string, string>; errors?: FieldErrors } = {},
  ) {
    super(message);
    this.answer = { status, headers, body: { error: message, ...(errors && { errors }) } };
  }
}

export function invalid(errors: FieldErrors, status = 422): Refusal {
  return new Refusal(status, 'Validation failed', { errors });
}

/** Of the keys the sandbox refuses these, for testing scripts. */
export const keyWithoutCredits = 'sandbox-no-credits';
const badKey = 'sandbox-bad-key';
const forbiddenKey = 'sandbox-forbidden';

/**
 * Returns the API key of a call.
 *
 * @throws {Refusal} 401 without a key or with the bad one, 403 with the forbidden one
 */
export function keyOf({ headers }: Call): string {
  const key = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (key === undefined || key === badKey) {
    const message = key === undefined ? 'Missing API key' : 'Invalid API key';
    throw new Refusal(401, message, { headers: { 'WWW-Authenticate': 'Bearer' } });
  }
  if (key === forbiddenKey) throw new Refusal(403, 'This API key may not use this service');
  return key;
}

/** Refuses a key that leaks to a place that stands for another host. */
export function refuseKey({ headers }: Call, host: string): void {
  if (headers.authorization !== undefined)
    throw new Refusal(400, `An API key was sent to the ${host} host: it must go to the API only`);
}

/** Tells whether the client's If-None-Match names this entity tag, weak or not. */
export function hasCurrent({ headers }: Call, etag: string): boolean {
  return headers['if-none-match']?.includes(etag) === true;
}
