/** @module-tag slow */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { redirecting } from '../paid-task/misbehaviour.ts';
import { filesIn, newMachine, run } from '../support/program.ts';
import { answering, type Order, startService } from '../support/service.ts';

/** An answer that is no JSON, or not whole. */
function sending(body: string | Buffer, type = 'application/json', status = 200): Order {
  return (_call, response) => void response.writeHead(status, { 'content-type': type }).end(body);
}

const page = '<!doctype html><html><body>Sign in</body></html>';
const asksAgain =
  'An earlier try may have been accepted. The same command later asks again, and pays once. Continue with: runapi-imagen resume';

describe('what answers a request and is not the API', () => {
  test.concurrent.for<[string, Order, string]>([
    ['a web page', sending(page, 'text/html'), 'answered a web page'],
    ['torn JSON', sending('{"task_id":"tsk_a'), 'answered something that is not JSON'],
    ['an empty body', sending(''), 'answered an empty body'],
    ['JSON of another shape', sending('{"hello":"world"}'), 'took the request and named no task'],
    ['a list', sending('[1,2]'), 'answered something that is not JSON'],
    ['an id that is none', sending('{"task_id":"../../etc"}'), 'took the request and named no task'],
  ])('%s', async ([, order, problem], { onTestFinished }) => {
    const service = await startService({ runningLooks: 0 }, onTestFinished);
    service.always('create', order);
    const machine = await newMachine(onTestFinished);
    const words = ['generate', 'a mug', '--timeout', '4s', '--base-url', service.url, '--json'];
    const { exitCode, stdout, stderr } = await run(machine, words);
    const host = new URL(service.url).host;
    expect(exitCode).toBe(8);
    expect(stderr.split('\n').slice(-2)).toEqual([`error: ${host} ${problem}`, asksAgain]);
    // The request may have been taken all the same: it stays in the record, to be sent again with its key.
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'bad_response', message: `${host} ${problem}` },
      resume: 'runapi-imagen resume',
    });
    expect(new Set(service.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });
});

describe('what answers a look and is not the task', () => {
  test.concurrent.for<[string, Order, string, number]>([
    ['a web page', sending(page, 'text/html'), 'not finished after 3.0s', 5],
    ['torn JSON', sending('{"status":"compl'), 'not finished after 3.0s', 5],
    ['JSON of another shape', sending('{"hello":"world"}'), 'not finished after 3.0s', 5],
    ['a server in trouble', answering(500, { error: 'boom' }), 'not finished after 3.0s', 5],
    ['an unknown task', answering(404, {}), 'not finished after 3.0s', 5],
    [
      'completed without images',
      answering(200, { id: 'x', status: 'completed', images: [] }),
      'is completed, but its answer holds no image',
      5,
    ],
    ["a firewall's page", sending(page, 'text/html', 403), 'the last poll failed: 127.0.0.1', 5],
    ["a proxy's 401", sending('denied', 'text/plain', 401), 'answered 401, and not in JSON', 5],
    ['a login page elsewhere', redirecting(302, 'http://login.test/'), 'redirects to http://login.test/', 5],
    ['an empty account', answering(402, { error: 'No credits' }), 'No credits', 5],
    ['credits in a 200', answering(200, { code: 402, msg: 'No credits' }), 'No credits', 5],
    ['an error in a 200', answering(200, { error: { code: '503', message: 'busy' } }), 'busy', 5],
    ['a refused key', answering(401, { error: 'Key revoked' }), 'Key revoked', 2],
    ['a refused key in a 200', answering(200, { code: 401, msg: 'Key revoked' }), 'Key revoked', 2],
  ])('%s', async ([, order, problem, exit], { onTestFinished }) => {
    const service = await startService({ runningLooks: 0 }, onTestFinished);
    service.always('look', order);
    service.always('other', answering(404, {}));
    const machine = await newMachine(onTestFinished);
    const words = ['generate', 'a mug', '--timeout', '3s', '--base-url', service.url, '--json'];
    const { exitCode, stdout, stderr } = await run(machine, words);
    const [id] = [...service.tasks.values()].map((task) => task.id);
    expect(exitCode).toBe(exit);
    expect(stderr).toContain(problem);
    expect(stderr.endsWith(`Continue with: runapi-imagen resume ${id}`)).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({
      task_id: id,
      images: [],
      resume: `runapi-imagen resume ${id}`,
      error: { message: expect.stringContaining(problem) },
    });
    expect(service.count('create')).toBe(1);
    expect(await filesIn(machine.folder)).toEqual([]);
  });
});

test.concurrent.for<[string, Order]>([
  ["a firewall's page", sending(page, 'text/html', 403)],
  ['a login page elsewhere', redirecting(302, 'http://login.test/')],
  ['a redirect in a circle', redirecting(307, '?again')],
  ['404', answering(404, { error: 'Task not found' })],
  ['405', answering(405, {})],
  ['409', answering(409, { error: 'busy' })],
  ['completed and no picture yet', answering(200, { status: 'completed', images: [] })],
  ['an error in a 200', answering(200, { code: 500, msg: 'busy' })],
  ['a broken connection', (_call, response) => void response.socket?.destroy()],
])('one poll that gets %s loses nothing', async ([, order], { onTestFinished }) => {
  const service = await startService({ runningLooks: 0 }, onTestFinished);
  service.always('other', answering(404, {}));
  service.next('look', order, order);
  const machine = await newMachine(onTestFinished);
  const words = ['generate', 'a mug', '--timeout', '30s', '--base-url', service.url];
  const { exitCode, stdout } = await run(machine, words);
  expect([exitCode, await filesIn(machine.folder)]).toEqual([0, [stdout]]);
  expect(service.count('create')).toBe(1);
});

describe('answers in rare forms are read as they are meant', () => {
  const inUtf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
  test.concurrent.for<[string, (text: string) => Order]>([
    ['a byte order mark', (text) => sending(`\ufeff${text}`)],
    ['UTF-16', (text) => sending(inUtf16(text), 'application/json; charset=utf-16')],
    ['UTF-16, big end first', (text) => sending(inUtf16(text).swap16())],
    ['the wrong content type', (text) => sending(text, 'text/html; charset=x-unknown')],
    ['Latin-1', (text) => sending(Buffer.from(text.replace('}', ',"note":"caf\u00e9"}'), 'latin1'))],
    ['gzip', (text) => packed(gzipSync(text), 'GZIP')],
    ['gzip twice', (text) => packed(gzipSync(gzipSync(text)), 'gzip, x-gzip')],
    ['gzip without its end', (text) => packed(gzipSync(`${text}${' '.repeat(999)}`).subarray(0, -8), 'gzip')],
    ['deflate', (text) => packed(deflateSync(text), 'deflate')],
    ['deflate without a header', (text) => packed(deflateRawSync(text), 'deflate')],
    ['brotli, then nothing', (text) => packed(brotliCompressSync(text), 'br, identity')],
    ['a coding that nobody knows', (text) => packed(Buffer.from(text), 'aws-chunked')],
  ])('%s', async ([, form], { onTestFinished }) => {
    const service = await startService({ runningLooks: 0 }, onTestFinished);
    service.always('look', (call, response, usual) => {
      const url = `${service.url}/files/${call.task?.id}/0.png`;
      form(JSON.stringify({ id: call.task?.id, status: 'completed', images: [url] }))(call, response, usual);
    });
    const machine = await newMachine(onTestFinished);
    const words = ['generate', 'a mug', '--timeout', '5s', '--base-url', service.url];
    const { exitCode, stdout } = await run(machine, words);
    expect([exitCode, await filesIn(machine.folder)]).toEqual([0, [stdout]]);
  });

  function packed(body: Buffer, coding: string): Order {
    return (_call, response) => void response.writeHead(200, { 'content-encoding': coding }).end(body);
  }
});

describe('a refusal buys nothing and is told in the words of the service', () => {
  test.concurrent.for<[number, unknown, string, string]>([
    [402, { error: 'Insufficient credits' }, 'Insufficient credits', 'Add credits'],
    [401, { error: { code: 'x', message: 'Invalid API key' } }, 'Invalid API key', 'Check the key'],
    [409, { error: 'Idempotency-Key was used' }, 'Idempotency-Key was used', '--new'],
    [
      422,
      { error: 'Validation failed', errors: { prompt: ['is \u001b[31mrude'] } },
      'Validation failed: prompt is [31mrude',
      'nothing was charged',
    ],
  ])('%d', async ([status, body, message, remedy], { onTestFinished }) => {
    const service = await startService({ runningLooks: 0 }, onTestFinished);
    service.always('create', answering(status, body, { 'x-request-id': 'req_7' }));
    const machine = await newMachine(onTestFinished);
    const words = ['generate', 'a mug', '--base-url', service.url, '--json'];
    const { stdout, stderr } = await run(machine, words);
    const said = stderr.split('\n').slice(-2);
    expect(said[0]).toBe(`error: ${message} (request req_7)`);
    expect(said[1]).toContain(remedy);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { message, status, request_id: 'req_7', retryable: false },
      resume: null,
    });
    expect(service.count('create')).toBe(1);
    const { stdout: left } = await run(machine, ['resume', '--base-url', service.url]);
    expect(left).toBe('');
    expect(service.count('create')).toBe(1);
  });
});

test('a task that fails is told with its reason, without its markup and control characters', async () => {
  const service = await startService({ runningLooks: 0 });
  service.always('look', ({ task }, response) => {
    answering(200, { id: task?.id, status: 'FAILED', error: 'blocked: \u001b]0;evil\u0007<b>violence</b>' })(
      {} as never,
      response,
      () => undefined,
    );
  });
  const machine = await newMachine();
  const { exitCode, stdout, stderr } = await run(machine, ['generate', 'a mug', '--base-url', service.url, '--json']);
  const [id] = [...service.tasks.values()].map((task) => task.id);
  expect(exitCode).toBe(7);
  expect(stderr).toContain(
    'error: the task failed: blocked: ]0;evil violence\nFailed tasks are not charged; change the prompt or run the command again',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    task_id: id,
    status: 'failed',
    images: [],
    resume: null,
    error: { code: 'task_failed', message: 'the task failed: blocked: ]0;evil violence' },
  });
});

test('a dead port is tried three times and no more', async () => {
  const machine = await newMachine();
  const { exitCode, stdout, stderr } = await run(machine, ['generate', 'a mug', '--base-url', 'http://127.0.0.1:1']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 8, stdout: '' });
  expect(stderr.split('\n').slice(-2)).toEqual([
    'error: 127.0.0.1:1 refused the connection',
    'Check the network and --base-url',
  ]);
  expect(stderr.match(/retrying/g)).toHaveLength(2);
});

test('--verbose shows each exchange, with what was answered and without the key', async () => {
  const service = await startService({ runningLooks: 0 });
  service.next('create', answering(422, { error: 'too \u001b[31mrude' }));
  const machine = await newMachine();
  const { stderr } = await run(machine, ['generate', 'a mug', '--verbose', '--base-url', service.url]);
  const lines = stderr.split('\n');
  expect(lines).toContain(`> POST ${service.url}/v1/text_to_image`);
  expect(lines).toContain('>   {"model":"imagen-4","prompt":"a mug"}');
  expect(lines).toContain('>   authorization: Bearer …');
  expect(lines).toContain(`< 422 ${service.url}/v1/text_to_image`);
  expect(lines).toContain('<   {"error":"too \\u001b[31mrude"}');
  expect(stderr).not.toContain(machine.env.RUNAPI_API_KEY);
});
