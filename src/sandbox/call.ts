import type { IncomingHttpHeaders } from 'node:http';

/** One request, as far as the routes care. */
export interface Call {
  method: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Scheme and host as the client wrote them: URLs in answers lead back the same way. */
  origin: string;
  /** Reads the JSON body. Throws a `Refusal` if there is none. */
  readJson(): Promise<unknown>;
  readBytes(): Promise<Uint8Array>;
}

export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string | number>>;
  body?: string | Uint8Array;
  /** Break the connection before the first byte, or in the middle of the body. */
  breaks?: 'at once' | 'half way';
}

export function jsonAnswer(value: unknown, headers: Record<string, string> = {}, status = 200): Answer {
  const type = { 'Content-Type': 'application/json; charset=utf-8' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

/** The problems of each field of a request. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** An HTTP error that the sandbox answers a call with. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly facts: { headers?: Record<string, string>; errors?: FieldErrors };

  constructor(status: number, message: string, facts: Refusal['facts'] = {}) {
    super(message);
    this.status = status;
    this.facts = facts;
  }
}

/** Keys that the sandbox refuses, for testing scripts; it accepts every other key. */
export const refusedKeys = {
  bad: 'sandbox-bad-key',
  forbidden: 'sandbox-forbidden',
  noCredits: 'sandbox-no-credits',
} as const;

/**
 * Returns the API key of a call.
 *
 * @throws {Refusal} 401 without a key or with the bad one, 403 with the forbidden one
 */
export function keyOf({ headers }: Call): string {
  const key = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (key === undefined || key === refusedKeys.bad) {
    const message = key === undefined ? 'Missing API key' : 'Invalid API key';
    throw new Refusal(401, message, { headers: { 'WWW-Authenticate': 'Bearer' } });
  }
  if (key === refusedKeys.forbidden) throw new Refusal(403, 'This API key may not use this service');
  return key;
}

/** Tells whether the client's If-None-Match names this entity tag. Weak tags count, as RFC 9110 says. */
export function hasCurrent({ headers }: Call, etag: string): boolean {
  const tags = headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes('*') || tags.includes(etag);
}
