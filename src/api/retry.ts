const firstBackoffMs = 500;
const longestBackoffMs = 30_000;

/** How often a request is tried before its task is accepted: few, so that a wrong address is told in seconds. */
export const triesBeforeAccepted = 5;
/** Likewise, where nobody answers at all. */
export const triesUnreachable = 3;

/**
 * Full-jitter exponential back-off: milliseconds to wait after the failed try number `attempt` (from 1).
 * @param random 0 to 1
 */
export function backoff(attempt: number, random: number): number {
  return Math.round(random * Math.min(longestBackoffMs, firstBackoffMs * 2 ** attempt));
}

/**
 * A `Retry-After` header, in seconds or as an HTTP date (RFC 9110 §10.2.3), as milliseconds from `now`;
 * undefined where there is none or it makes no sense.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,12}(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Statuses after which the same call may go through later. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** When an answer was given, by its `Date` header (RFC 9110 §6.6.1): milliseconds since 1970. */
export function answeredAt(headers: Readonly<Record<string, string>>): number | undefined {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? undefined : date;
}
