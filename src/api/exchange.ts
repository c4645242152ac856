import { Failure } from '../errors.ts';
import type { Clock } from '../world.ts';
import { decoded } from './decoded.ts';
import type { Governor } from './governor.ts';
import { retryAfter } from './retry.ts';
import type { HttpAnswer, Transport } from './transport.ts';
import { withoutKey } from './without-key.ts';

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

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
}

export interface Caller {
  transport: Transport;
  apiKey: string | undefined;
  userAgent: string;
  /** The most bytes that an answer may have. */
  maxBytes: number;
  governor: Governor;
  clock: Clock;
}

const mostRedirects = 5;

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
    if (answer.status === 429)
      caller.governor.refused(retryAfter(answer.headers['retry-after'], caller.clock.now()));
    else caller.governor.passed();
    const target = redirectTarget(answer, url);
    if (target === undefined || isDone(answer, call, target, url)) {
      const text = await readText(answer, caller.maxBytes, url);
      const clean = (told: string): string => withoutKey(told, caller.apiKey);
      const headers = Object.entries(answer.headers).map(([name, value]) => [name, clean(value)]);
      return { ...answer, headers: Object.fromEntries(headers), text: clean(text) };
    }
    status = answer.status;
    if (call.method === 'POST' && answer.headers['x-runapi-task-id'] !== undefined) {
      // It was carried out, wherever it sends us now.
      return { ...answer, text: await readText(answer, caller.maxBytes, url) };
    }
    answer.close();
    const sameCall = call.method === 'GET' || answer.status === 307 || answer.status === 308;
    if (target.origin !== new URL(url).origin || !sameCall) {
      throw new Failure(
        'bad_response',
        `${new URL(url).host} redirects to ${target.origin}${target.pathname}`,
        {
          hint: 'The key is not sent after a redirect: set --base-url to the address that is right',
          status: answer.status,
        },
      );
    }
    url = target.href;
  }
  throw new Failure('bad_response', `${new URL(url).host} redirects in a circle`, {
    hint: 'Check --base-url',
    status,
  });
}

/** "See other" is how a server answers a POST that it has carried out (RFC 9110 §15.4.4). */
function isDone({ status }: HttpAnswer, { method }: Call, target: URL, from: string): boolean {
  return status === 303 && method === 'POST' && target.origin === new URL(from).origin;
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

async function readText(answer: HttpAnswer, maxBytes: number, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of await decoded(answer)) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new Failure('bad_response', `${new URL(url).host} sends an answer without end`);
      chunks.push(chunk);
    }
  } catch (error) {
    answer.close();
    throw error;
  }
  return Buffer.concat(chunks).toString('utf8');
}
