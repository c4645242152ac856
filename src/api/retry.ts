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

type Headers = Readonly<Record<string, string>>;

/**
 * Reads `Retry-After`, in seconds or as a date (RFC 9110 §10.2.3), as milliseconds from the answer's own `Date`. The
 * clocks of the server and of this machine may differ. Undefined where there is none or it makes no sense.
 * @param now for answers without a `Date`
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const header = headers['retry-after'] ?? '';
  const seconds = /^\s*(\d{1,12}(?:\.\d+)?)\s*(?:[,;]|$)/.exec(header)?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const date = httpDate(header);
  return date === undefined ? undefined : Math.max(0, date - (answeredAt(headers) ?? now));
}

/** Statuses after which the same call may go through later. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Tells when an answer was given, by its `Date` header (RFC 9110 §6.6.1): milliseconds since 1970. */
export function answeredAt(headers: Headers): number | undefined {
  return httpDate(headers.date ?? '');
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Reads a date in one of the three forms of RFC 9110 §5.6.7, all in GMT, or in ISO 8601 with its zone. `Date.parse`
 * takes one of them for local time and accepts much that is not a date.
 */
function httpDate(text: string): number | undefined {
  if (/^\s*\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)\s*$/.test(text)) return Date.parse(text) || undefined;
  const [time, hour, minute, second] = /\b(\d\d):(\d\d):(\d\d)\b/.exec(text) ?? [];
  const month = months.findIndex((name) => new RegExp(`\\b${name}\\b`, 'i').test(text));
  const [day, year] = text.replace(time ?? '', ' ').match(/\b\d{1,4}\b/g) ?? [];
  if (time === undefined || month < 0 || day === undefined || year === undefined) return undefined;
  const century = year.length === 2 ? (Number(year) < 70 ? 2000 : 1900) : 0;
  return Date.UTC(century + Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
}
