import fc from 'fast-check';
import { acceptedId, costOf, readObject, readTask, wasReplayed } from '../../src/api/answer.ts';
import { parseBaseUrl } from '../../src/api/base-url.ts';
import { readCatalogue } from '../../src/api/catalogue.ts';
import type { Caller } from '../../src/api/exchange.ts';
import { createGovernor } from '../../src/api/governor.ts';
import { openImage } from '../../src/api/open-image.ts';
import { askBalance, askQuote } from '../../src/api/prices.ts';
import { problemOf } from '../../src/api/problem.ts';
import { proxyFor } from '../../src/api/proxy.ts';
import { retryAfter } from '../../src/api/retry.ts';
import { asTemplate, imagenRoute, namedStatusUrl, statusUrls } from '../../src/api/routes.ts';
import { exitCodes } from '../../src/errors.ts';
import { jsonLine } from '../../src/json.ts';
import { errorReport } from '../../src/report/task-report.ts';
import { amountText } from '../../src/task/money.ts';
import { fakeClock } from '../support/clock.ts';
import { mutatedText } from './mutate.ts';
import { key, oddJson, oddText } from './odd-json.ts';
import { ensure, ensureLine, slowTarget, target } from './target.ts';

const url = 'https://file.runapi.ai/a.png';
const billing = {
  reservation: { amount_cents: 8 },
  settlement: { charged_amount_cents: 8, amount_micro_cents: 8_000_000 },
  refund: { refunded_at: null },
  currency: 'USD',
};
const answers = [
  { task_id: 'tsk_abc123', status: 'pending', model: 'imagen-4' },
  { id: 'tsk_1', status: 'processing', task_replayed: false, billing },
  { id: 'tsk_1', status: 'completed', images: [{ url, origin_url: url }, url], billing },
  { id: 'tsk_1', state: 'SUCCEEDED', image_urls: [url], output: [url], usage: { cost: 0.0105 } },
  { data: { id: 'tsk_1', status: 'completed', images: [{ b64_json: 'iVBORw0KGgo=' }], billing } },
  { id: 'tsk_1', status: 'completed', result: { data: { result: [{ url }] } } },
  { id: 't', status: 'completed', response: { status: 200, headers: {}, body: `{"image_url":"${url}"}` } },
  { id: 'tsk_1', status: 'failed', error: { code: 'x', message: 'blocked: violence' } },
];
const problems = [
  { error: 'Insufficient credits' },
  { error: { code: 'invalid', message: 'no such ratio', details: { ratio: ['1:9'] } } },
  { error: 'Validation failed', errors: { prompt: ['is too long', { msg: 'rude' }] } },
  { errors: ['one', { message: 'two' }, ['three']] },
  { detail: [{ loc: ['body', 'prompt'], msg: 'field required' }], message: 'no', title: 'Bad' },
];
const prices = [
  {
    as_of: '2026-09-01',
    price_schedules: [
      {
        service: 'imagen-4',
        action: 'text_to_image',
        model: 'imagen-4',
        pricing_status: 'available',
        currency: 'USD',
        unit_price_cents: 8,
      },
    ],
    price_quote: { pricing_status: 'available', currency: 'USD', reservation_amount_cents: 8, as_of: '2026-09-01' },
    balance_cents: 1234,
    paid_balance_cents: 1000,
    bonus_balance_cents: 234,
    spent_cents_today: 8,
    spent_cents_total: 99.5,
  },
];
const texts = (examples: readonly object[]) =>
  fc.oneof(
    { weight: 3, arbitrary: oddJson(examples) },
    { weight: 2, arbitrary: mutatedText(examples.map((each) => JSON.stringify(each))) },
  );

const headerValue = fc.oneof(
  oddText,
  mutatedText([
    '120',
    '1.5',
    'Fri, 31 Dec 1999 23:59:59 GMT',
    'bytes 10-99/100',
    'bytes 0-0/*',
    'https://runapi.ai/v1/tasks/tsk_1',
    '/v1/tasks/tsk_1?x=1#y',
    '//evil.test/x',
    'gzip',
    '"etag"',
    'W/"etag"',
  ]),
  fc.constantFrom('9'.repeat(400), '1e9', '-1', '0x10', 'Infinity', 'http://[', 'file:///etc/passwd'),
);
const base = 'https://runapi.ai';

export const serviceTargets = [
  target('answers of the service', 12, texts(answers), (text) => {
    const answer = readObject(text, 'host');
    const id = acceptedId(answer);
    ensure(id === undefined || /^[\w-]{1,128}$/.test(id), `an id is one: ${id}`);
    ensure(typeof wasReplayed(answer) === 'boolean', 'a replay is one or not');
    checkCost(costOf(answer));
    const task = readTask(answer, 'tsk_1');
    for (const image of task.images) ensure(/^(https?:|data:)/i.test(image.url), `a picture is at ${image.url}`);
    ensure(task.status !== 'completed' || task.images.length > 0, 'a completed task has pictures');
    checkCost(task.cost);
    if (task.reason !== null) ensureLine(task.reason.replaceAll(key, ''));
  }),
  target(
    'refusals of the service',
    10,
    fc.tuple(fc.integer({ min: 300, max: 599 }), fc.oneof(texts(problems), oddText), oddText),
    ([status, text, requestId]) => {
      const failure = problemOf({ status, text, headers: { 'x-request-id': requestId } }, 'https://host', 0);
      ensure(exitCodes[failure.code] > 1, 'a refusal has an exit code');
      ensureLine(failure.message.replaceAll(key, ''));
      ensure(!/[\p{Cc}\u2028\u2029]/u.test(jsonLine(errorReport(failure))), 'its JSON is one line');
    },
  ),
  target(
    'headers of the service',
    10,
    fc.tuple(headerValue, fc.constantFrom('tsk_1', '1', 'v1', 'runapi', 'h')),
    ([value, id]) => {
      const wait = retryAfter({ 'retry-after': value, date: value }, 0);
      ensure(wait === undefined || (Number.isFinite(wait) && wait >= 0), `a wait is a time: ${wait}`);
      const named = namedStatusUrl(base, value);
      ensure(named === undefined || new URL(named).origin === base, `no other origin is asked: ${named}`);
      for (const remembered of [value, asTemplate(`${base}/v1/tasks/tsk_1`, id)]) {
        for (const each of statusUrls(base, 'tsk_1', { statusUrl: value, remembered })) {
          ensure(new URL(each).origin === base, `no other origin is asked: ${each}`);
        }
      }
      proxyFor(new URL(base), { https_proxy: value, no_proxy: value });
    },
  ),
  target('base URLs', 6, headerValue, (value) => {
    // What is typed is told, and taken out of all output where it is the key.
    const address = parseBaseUrl(value.replaceAll(key, ''), 'here');
    ensure(/^https:|^http:\/\/(localhost|127\.|\[::1\]|[^/]*\.localhost)/.test(address), `${address} is safe`);
  }),
  slowTarget(
    'headers of a picture',
    4,
    fc.record({
      status: fc.constantFrom(200, 206, 302, 403, 416, 503),
      range: headerValue,
      length: headerValue,
      location: headerValue,
      retry: headerValue,
      coding: fc.constantFrom('identity', 'sdch', ''),
    }),
    async ({ status, range, length, location, retry, coding }) => {
      const transport: Caller['transport'] = async () => ({
        text: async () => '',
        status,
        headers: {
          'content-range': range,
          'content-length': length,
          location,
          'retry-after': retry,
          'content-encoding': coding,
          etag: length,
        },
        body: (async function* () {})(),
        close: () => undefined,
      });
      const fetcher = { ...answering(''), transport };
      const opened = await openImage(fetcher, `${base}/a.png`, new AbortController().signal);
      ensure(opened.offset === 0, 'nothing is taken for another part');
      ensure(opened.total === undefined || opened.total >= 0, `a length is one: ${opened.total}`);
    },
  ),
  slowTarget('prices, quotes, balance', 2, texts(prices), async (text) => {
    const caller = answering(text);
    const { signal } = new AbortController();
    const quoted = { request: { model: 'imagen-4', prompt: 'x' }, route: imagenRoute };
    const kept = { recallAnswer: () => undefined, keepAnswer: () => undefined };
    const asked = await Promise.allSettled([
      readCatalogue(caller, kept, signal).then(({ models }) => models[0]?.price?.unit_price_cents ?? 0),
      askQuote(caller, quoted, signal).then((each) => each.reserved_cents),
      askBalance(caller, signal).then((each) => each.balance_cents),
    ]);
    for (const each of asked) {
      if (each.status === 'rejected') await Promise.reject(each.reason).catch(onlyFailures);
      else ensure(/^-?(\$|\w{3} )[\d.e+]+$/.test(amountText(each.value)), `${each.value} is an amount`);
    }
  }),
];

function onlyFailures(error: unknown): void {
  if ((error as Error).name !== 'Failure') throw error;
}

function checkCost(cost: ReturnType<typeof costOf>): void {
  for (const cents of [cost?.reserved_cents, cost?.charged_cents]) {
    if (typeof cents === 'number') {
      ensure(Number.isFinite(cents) && cents >= 0, `${cents} is a price`);
      ensure(/^\$[\d.e+]+$/.test(amountText(cents)), `${amountText(cents)} is an amount`);
    }
  }
}

function answering(text: string): Caller {
  const clock = fakeClock();
  return {
    base,
    apiKey: key,
    userAgent: 'test',
    maxBytes: 1e9,
    governor: createGovernor(clock),
    clock,
    transport: async () => ({
      status: 200,
      headers: { etag: '"x"' },
      body: (async function* () {})(),
      text: async () => text,
      close: () => undefined,
    }),
  };
}
