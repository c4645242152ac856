import { Failure } from '../errors.ts';
import type { Clock, Deadline } from '../world.ts';
import { NetworkFault } from './network-fault.ts';

/** How often a request is tried before its task is accepted: few, so that a wrong address is told in seconds. */
const triesBeforeAccepted = 5;
/** Likewise, where nobody answers at all. */
const triesUnreachable = 3;

export interface RetryOptions {
  clock: Clock;
  deadline: Deadline;
  /** How often a call is tried that is refused for the rate of calls: few times, unless many calls share the blame. */
  rateLimitTries?: number | undefined;
  onRetry?: ((failure: Failure, waitMs: number) => void) | undefined;
}

/**
 * Makes a call again while it fails in a way that may pass, a few times and never past the deadline. Throws the
 * failure of the last try.
 */
export async function withRetries<Result>(call: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { clock, deadline, onRetry } = options;
  let last: Failure | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      // Cut short by the deadline: what the try before was told says more than that time is over.
      if (last && deadline.signal.aborted) throw last;
      if (!(error instanceof Failure) || !error.facts.retryable) throw error;
      const tries = triesFor(error, options);
      // Where many calls share a rate they wait their turn anyway: backing off on top would idle.
      const growth = error.code === 'rate_limit' && options.rateLimitTries !== undefined ? 1 : attempt;
      const wait = Math.max(error.facts.retryAfterMs ?? 0, backoff(growth, clock.random()));
      if (attempt >= tries || wait >= deadline.remaining()) throw error;
      last = error;
      onRetry?.(error, wait);
      await clock.wait(wait, deadline.signal);
    }
  }
}

function triesFor(failure: Failure, { rateLimitTries = triesBeforeAccepted }: RetryOptions): number {
  if (failure.facts.persist) return Number.POSITIVE_INFINITY;
  if (failure.code === 'rate_limit') return rateLimitTries;
  return failure instanceof NetworkFault && failure.neverSent ? triesUnreachable : triesBeforeAccepted;
}

const firstBackoffMs = 500;
const longestBackoffMs = 30_000;

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

/** Reads a date in one of the three forms of RFC 9110 §5.6.7, all in GMT, or in ISO 8601 with its zone. */
function httpDate(text: string): number | undefined {
  if (!/\d\d:\d\d:\d\d/.test(text)) return undefined; // Date.parse takes much that is not a date
  return Date.parse(/(GMT|UTC|Z|[+-]\d\d:?\d\d)\s*$/i.test(text) ? text : `${text} GMT`) || undefined;
}
