import { type ErrorCode, Failure } from '../errors.ts';
import { at, firstText, isObject, type Json, parseJson } from '../json.ts';
import { hostOf } from './base-url.ts';
import { answeredAt, isTransient, retryAfter } from './retry.ts';

/** An answer, read whole. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
}

const hints: Partial<Record<ErrorCode, string>> = {
  authentication: 'Check the key: runapi-imagen doctor shows where it comes from',
  insufficient_credits: 'Add credits to the account at https://runapi.ai; runapi-imagen balance shows what is left',
  rate_limit: 'Wait a little and run the same command again',
  service_unavailable: 'Run the same command again in a while: nothing is paid twice',
  validation: 'The service refused the request: nothing was charged',
  conflict: 'Run the command again with --new to send it as a fresh request',
  not_found: 'Check the task id, the key and --base-url',
};

/** An error answer of the service as a failure, in the service's own words and without its markup. */
export function problemOf({ status, text, headers }: Answer, url: string, now: number): Failure {
  const code = codeOf(status);
  const said = messageOf(text);
  const answered = `${hostOf(url)} answered ${status}`;
  const message = said === undefined ? `${answered} and gave no reason` : wordsOf(code, said, answered);
  return new Failure(code, message, {
    hint: hints[code],
    status,
    requestId: headers['x-request-id']?.slice(0, 200),
    retryable: isTransient(status),
    details: detailsOf(text),
    answeredAt: answeredAt(headers),
    retryAfterMs: retryAfter(headers, now),
  });
}

/** "boom" says nothing to somebody who doesn't know who said it; a refusal speaks for itself. */
function wordsOf(code: ErrorCode, said: string, answered: string): string {
  return code === 'service_unavailable' || code === 'bad_response' ? `${answered}: ${said}` : said;
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'authentication';
  if (status === 402) return 'insufficient_credits';
  if (status === 404 || status === 410) return 'not_found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate_limit';
  if (status >= 500 || status === 408 || status === 425) return 'service_unavailable';
  if (status >= 400) return 'validation';
  return 'bad_response';
}

/** The words of an answer that is an error or holds one; undefined where it has none. */
export function messageOf(text: string): string | undefined {
  const parsed = parseJson(text);
  const answer = parsed === undefined ? text : parsed;
  if (typeof answer === 'string') return looksLikeMarkup(answer) ? undefined : plainText(answer) || undefined;
  if (!isObject(answer)) return undefined;
  const paths = ['error.message', 'error', 'message', 'detail', 'msg', 'errorMessage', 'error.code', 'title'];
  const message = firstText(answer, paths);
  const fields = fieldProblems(at(answer, 'errors'));
  const parts = [message, fields].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? undefined : plainText(parts.join(': '));
}

function fieldProblems(errors: Json | undefined): string | undefined {
  if (Array.isArray(errors)) return errors.map(problemText).join('; ');
  if (!isObject(errors)) return undefined;
  return Object.entries(errors)
    .map(([field, problem]) => `${field} ${problemText(problem ?? '')}`)
    .join('; ');
}

function problemText(problem: Json): string {
  if (typeof problem === 'string') return problem;
  if (Array.isArray(problem)) return problem.map(problemText).join(', ');
  return firstText(problem, ['message', 'msg', 'detail']) ?? JSON.stringify(problem);
}

/** More of them is for nobody to read. */
const longestDetails = 10_000;

function detailsOf(text: string): Json | null {
  const answer = parseJson(text);
  const details = at(answer, 'errors') ?? at(answer, 'error.details') ?? at(answer, 'details') ?? null;
  return JSON.stringify(details).length > longestDetails ? null : details;
}

function looksLikeMarkup(text: string): boolean {
  return /^\s*(<!doctype|<html|<\?xml|<[a-z]+[\s>])/i.test(text);
}

/** What comes behind so many characters is not told anyway, and a hostile answer has millions. */
const mostRead = 20_000;

/** One line of at most 500 characters without control characters or tags. */
export function plainText(text: string): string {
  const line = text
    .slice(0, mostRead)
    .replace(/<\/?[a-z][^>]{0,1000}>/gi, ' ')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}
