import type { Clock } from '../clock.ts';
import { Failure } from '../errors.ts';
import { decoded } from './decoded.ts';
import type { Governor } from './governor.ts';
import { NetworkFault } from './network-fault.ts';
import { retryAfter } from './retry.ts';
import type { HttpAnswer, Transport } from './transport.ts';

export interface Call {
  method: 'GET' | 'POST';
  url: string;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
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
  for (let hop = 0; hop <= mostRedirects; hop++) {
    await caller.governor.admit(call.signal);
    const answer = await caller.transport({
      method: call.method,
      url,
      headers: headersOf(caller, call),
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(call.signal && { signal: call.signal }),
    });
    if (answer.status === 429)
      caller.governor.refused(retryAfter(answer.headers['retry-after'], caller.clock.now()));
    else caller.governor.passed();
    const target = redirectTarget(answer, url);
    if (target === undefined) return { ...answer, text: await readText(answer, caller.maxBytes, url) };
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
  });
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
  if (![301, 302, 303, 307, 308].includes(status) || !location || !URL.canParse(location, from))
    return undefined;
  return new URL(location, from);
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
    if (error instanceof Failure) throw error;
    throw new NetworkFault(`${new URL(url).host} sent an answer that cannot be unpacked`, false, {
      retryable: true,
      cause: error,
    });
  }
  return Buffer.concat(chunks).toString('utf8');
}
