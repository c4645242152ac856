import fc from 'fast-check';
import { networkFault } from '../../src/api/network-fault.ts';
import { answerOf, type HttpAnswer, type HttpRequest, type Transport } from '../../src/api/transport.ts';
import type { FakeClock } from '../support/clock.ts';
import { smallPng } from '../support/service.ts';

/** What one request gets. */
export type Reply =
  /** No connection came about: the request never left. */
  | { kind: 'unreachable'; code: string }
  /** The connection broke once the request had left. `registers`: the task was taken all the same. */
  | { kind: 'lost'; code: string; registers: boolean }
  | {
      kind: 'answer';
      status: number;
      headers: Record<string, string>;
      body: Buffer;
      /** The connection breaks after so many bytes. */
      tornAfter?: number | undefined;
      registers: boolean;
    };

const codes = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];
const breaks = [
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'EHOSTUNREACH',
  'ERR_SSL_DECRYPTION_FAILED',
  'HPE_INVALID_CONSTANT',
];
const png = smallPng(3);
const words = ['pending', 'processing', 'COMPLETED', 'succeeded', 'failed', 'expired', 'dreaming', '', 7, null];
const urls = [
  'https://img.test/a.png',
  'http://[',
  'data:image/png;base64,iVBO',
  'data:,%E0',
  'file:///etc/passwd',
  '/a.png',
  '',
];

const task = fc.record(
  {
    task_id: fc.constantFrom('tsk_a', 'tsk_b', '../..', '', 5),
    id: fc.constantFrom('tsk_a', 'x'.repeat(200), null),
    status: fc.constantFrom(...words),
    state: fc.constantFrom(...words),
    images: fc.array(fc.oneof(fc.constantFrom(...urls), fc.record({ url: fc.constantFrom(...urls) }))),
    output: fc.constantFrom(...urls),
    error: fc.oneof(fc.string(), fc.record({ code: fc.string(), message: fc.string() })),
    errors: fc.oneof(fc.array(fc.string()), fc.dictionary(fc.string(), fc.array(fc.string()))),
    billing: fc.oneof(fc.jsonValue(), fc.record({ reservation: fc.record({ amount_cents: fc.jsonValue() }) })),
    usage: fc.oneof(fc.jsonValue(), fc.record({ cost: fc.jsonValue() }), fc.record({ cost: fc.double() })),
    response: fc.record({ body: fc.oneof(fc.json(), fc.jsonValue()) }),
    data: fc.jsonValue(),
    status_url: fc.constantFrom('/v1/tasks/tsk_a', 'https://elsewhere.test/', 'http://['),
  },
  { requiredKeys: [] },
);

const body = fc.oneof(
  { weight: 5, arbitrary: task.map((told) => Buffer.from(JSON.stringify(told))) },
  { weight: 2, arbitrary: fc.constant(png) },
  fc.json().map((text) => Buffer.from(text)),
  fc
    .constantFrom('', '<!doctype html><h1>Hello</h1>', '{"task_id":"tsk', '\u001b[31m', 'null', '[]')
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

const headers = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'image/png', 'text/html'),
    'content-length': fc.constantFrom('0', '10', '99999999999', 'many'),
    'content-encoding': fc.constantFrom('gzip', 'br', 'identity', 'sdch'),
    'content-range': fc.constantFrom('bytes 0-1/2', 'bytes 10-', 'lines 1-2'),
    'retry-after': fc.constantFrom(
      '0',
      '1',
      '90',
      '1e9',
      'soon',
      '-5',
      'Fri, 31 Dec 1999 23:59:59 GMT',
      'Thu, 01 Jan 2099 00:00:00 GMT',
    ),
    location: fc.constantFrom('/v1/text_to_image', '/', 'https://elsewhere.test/x', 'file:///etc/passwd', 'http://['),
    etag: fc.constantFrom('"a"', 'W/"a"', ''),
    'x-runapi-task-id': fc.constantFrom('tsk_a', '; rm -rf'),
    'x-request-id': fc.string(),
  },
  { requiredKeys: [] },
);

const statuses = [
  200, 201, 206, 301, 302, 304, 307, 400, 401, 402, 403, 404, 405, 408, 409, 410, 416, 422, 425, 429, 500, 502, 503,
  504, 599,
];

export const anyReply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({ kind: fc.constant('unreachable' as const), code: fc.constantFrom(...codes) }),
  fc.record({ kind: fc.constant('lost' as const), code: fc.constantFrom(...breaks), registers: fc.boolean() }),
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      status: fc.oneof(fc.constant(200), fc.constantFrom(...statuses)),
      headers,
      body,
      tornAfter: fc.option(fc.nat(200), { nil: undefined, freq: 4 }),
      registers: fc.boolean(),
    }),
  },
);

/** A world that replies so, one request after the other, and is well-behaved or goes on like the last one after that. */
export function anyWorld(replies: readonly Reply[], afterwards: 'well' | 'the same', clock: FakeClock) {
  let requests = 0;
  let registered = false;
  const keys = new Set<string | undefined>();

  const transport: Transport = async (request) => {
    requests += 1;
    if (requests > 4000) throw new Error('it never ends');
    clock.pass(20);
    request.signal?.throwIfAborted();
    const last = afterwards === 'the same' ? replies.at(-1) : undefined;
    const reply = replies[requests - 1] ?? last ?? usual(request);
    if (request.method === 'POST') keys.add(request.headers['idempotency-key']);
    if (reply.kind === 'unreachable')
      throw networkFault(fault(reply.code), { host: 'test', left: request.method === 'POST' ? false : undefined });
    if (request.method === 'POST') {
      request.leaving?.();
      if (mayRegister(reply)) registered ||= reply.registers;
    }
    if (reply.kind === 'lost')
      throw networkFault(fault(reply.code), { host: 'test', left: request.method === 'POST' ? true : undefined });
    return answerOf(sent(reply), 'test', (text) => text);
  };
  return { transport, keys, isRegistered: () => registered, requests: () => requests };
}

/** Who refuses or sends elsewhere takes nothing; whoever is in trouble may have. */
function mayRegister(reply: Reply): boolean {
  if (reply.kind !== 'answer') return reply.kind === 'lost';
  return (
    reply.status < 300 || reply.status === 304 || reply.status === 408 || reply.status === 425 || reply.status >= 500
  );
}

function usual({ method, url }: HttpRequest): Extract<Reply, { kind: 'answer' }> {
  const told =
    method === 'POST'
      ? { task_id: 'tsk_a', status: 'pending' }
      : { status: 'completed', images: ['https://img.test/a.png'] };
  const isPicture = url.startsWith('https://img.test/');
  return {
    kind: 'answer',
    status: 200,
    headers: {},
    body: isPicture ? png : Buffer.from(JSON.stringify(told)),
    registers: true,
  };
}

function sent({
  status,
  headers: told,
  body: whole,
  tornAfter,
}: Extract<Reply, { kind: 'answer' }>): Omit<HttpAnswer, 'text'> {
  return {
    status,
    headers: told,
    close: () => undefined,
    body: (async function* () {
      const end = tornAfter ?? whole.length;
      for (let at = 0; at < Math.min(end, whole.length); at += 64) yield whole.subarray(at, Math.min(at + 64, end));
      if (tornAfter !== undefined) throw networkFault(fault('UND_ERR_SOCKET'), { host: 'test' });
    })(),
  };
}

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}
