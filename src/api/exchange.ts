import { Failure } from '../errors.ts';
import { at, isObject, parseJson } from '../json.ts';
import type { Clock } from '../world.ts';
import { acceptedId } from './answer.ts';
import type { Governor } from './governor.ts';
import { type Answer, problemOf } from './problem.ts';
import { retryAfter } from './retry.ts';
import type { HttpAnswer, Transport } from './transport.ts';

export interface Call {
  method: 'GET' | 'POST';
  url: string;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Called when the request is about to leave: from then on the server may have got it. */
  leaving?: (() => void) | undefined;
}

/** Who calls which server, and how. */
export interface Caller {
  /** The address of the server, without a trailing slash. */
  base: string;
  transport: Transport;
  apiKey: string | undefined;
  userAgent: string;
  /** The most bytes that an answer may have, unpacked. */
  maxBytes: number;
  governor: Governor;
  clock: Clock;
}

const mostRedirects = 5;
/** Names the task that a request made. */
export const taskHeader = 'x-runapi-task-id';

/**
 * One call of the API with the key. Redirects are followed within the origin only, and a POST only where the
 * server asks for the same POST again (307, 308): the key goes to no other origin.
 */
export async function exchange(caller: Caller, call: Call): Promise<Answer> {
  let { url } = call;
  let status: number | undefined;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    await caller.governor.admit(call.signal);
    const answer = await caller.transport({
      method: call.method,
      url,
      headers: headersOf(caller, call),
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      signal: call.signal,
      leaving: call.leaving,
    });
    if (answer.status === 429) caller.governor.refused(retryAfter(answer.headers, caller.clock.now()));
    else caller.governor.passed();
    const target = redirectTarget(answer, url);
    if (target === undefined || isDone(answer, call, target, url)) {
      const text = await answer.text(caller.maxBytes);
      return { status: statusIn(answer, text), headers: answer.headers, text };
    }
    status = answer.status;
    answer.close();
    const sameCall = call.method === 'GET' || answer.status === 307 || answer.status === 308;
    if (target.origin !== new URL(url).origin || !sameCall) {
      throw new Failure('bad_response', `${new URL(url).host} redirects to ${target.origin}${target.pathname}`, {
        hint: 'The key is not sent after a redirect: set --base-url to the address that is right',
        status: answer.status,
      });
    }
    url = target.href;
  }
  throw new Failure('bad_response', `${new URL(url).host} redirects in a loop`, { hint: 'Check --base-url', status });
}

/** One call that has to be answered well. Throws the service's refusal. */
export async function ask(caller: Caller, call: Call): Promise<Answer> {
  const answer = await exchange(caller, call);
  if (answer.status >= 400) throw problemOf(answer, call.url, caller.clock.now());
  return answer;
}

/**
 * A POST was carried out where the answer names its task, wherever it sends us now. "See other" says so as well
 * (RFC 9110 §15.4.4).
 */
function isDone({ status, headers }: HttpAnswer, { method }: Call, target: URL, from: string): boolean {
  if (method !== 'POST') return false;
  const isNamed = headers[taskHeader] !== undefined;
  return isNamed || (status === 303 && target.origin === new URL(from).origin);
}

const errorCodes = ['code', 'status', 'statusCode', 'status_code', 'error.code', 'error.status'];

/** The HTTP status, or the one that stands in the body of a 200: `{"code":402,"msg":"…"}`. */
function statusIn({ status, headers }: HttpAnswer, text: string): number {
  if (status >= 300 || headers[taskHeader] !== undefined || !/"(code|status|status_?code)"/i.test(text)) return status;
  const body = parseJson(text);
  if (!isObject(body) || acceptedId(body) !== undefined) return status;
  const code = errorCodes.map((path) => Number(at(body, path))).find((told) => told >= 400 && told < 600);
  return code ?? status;
}

function headersOf({ apiKey, userAgent }: Caller, { body, headers }: Call): Record<string, string> {
  return {
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    accept: 'application/json',
    'user-agent': userAgent,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  };
}

function redirectTarget({ status, headers }: HttpAnswer, from: string): URL | undefined {
  const location = headers.location;
  if (!isRedirect(status) || !location || !URL.canParse(location, from)) return undefined;
  return new URL(location, from);
}

/** The server did nothing but name another place. */
export function isRedirect(status: number | undefined): boolean {
  return status !== undefined && [301, 302, 303, 307, 308].includes(status);
}
