import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../support/program.ts';
import { answering, type Call, json, type Service, startService } from '../support/service.ts';

function asked({ calls }: Service): string[] {
  return calls.map(({ method, path }) => `${method} ${path.replace(/tsk_\w+/, 'ID')}`);
}

describe('one POST is accepted, and the picture is byte for byte what the server sent', () => {
  test.concurrent.for([
    ['guide', ['POST /v1/text_to_image', 'GET /v1/text_to_image/ID', 'GET /files/ID/0.png']],
    ['tasks', ['POST /v1/text_to_image', 'GET /v1/text_to_image/ID', 'GET /v1/tasks/ID', 'GET /files/ID/0.png']],
    [
      'service',
      [
        'POST /v1/text_to_image',
        'POST /api/v1/imagen_4/text_to_image',
        'GET /api/v1/imagen_4/text_to_image/ID',
        'GET /files/ID/0.png',
      ],
    ],
  ] as const)('%s', async ([dialect, calls], { onTestFinished }) => {
    const service = await startService({ dialect, runningLooks: 0 }, onTestFinished);
    const machine = await newMachine(onTestFinished);
    const { exitCode, stdout } = await run(machine, ['generate', 'a mug', '--base-url', service.url]);
    expect(exitCode).toBe(0);
    expect(asked(service)).toEqual(calls);
    expect(service.tasks.size).toBe(1);
    expect(await filesIn(machine.folder)).toEqual([stdout]);
    expect(await readFile(join(machine.folder, stdout))).toEqual(service.picture);
  });
});

test.each([
  ['service', ['POST /api/v1/imagen_4/text_to_image', 'GET /api/v1/imagen_4/text_to_image/ID']],
  ['tasks', ['POST /v1/text_to_image', 'GET /v1/tasks/ID']],
] as const)('what the %s dialect taught is known the next time', async (dialect, calls) => {
  const service = await startService({ dialect, runningLooks: 0 });
  const machine = await newMachine();
  await run(machine, ['generate', 'one', '--base-url', service.url]);
  service.calls.length = 0;
  const { exitCode } = await run(machine, ['generate', 'two', '--base-url', `${service.url}/v1/`]);
  expect(exitCode).toBe(0);
  expect(asked(service)).toEqual([...calls, 'GET /files/ID/0.png']);
});

test('the setting api asks for one dialect and tries no other', async () => {
  const service = await startService({ dialect: 'service', runningLooks: 0 });
  const machine = await newMachine();
  await run(machine, ['config', 'set', 'api', 'guide']);
  const wrong = await run(machine, ['generate', 'one', '--base-url', service.url]);
  expect(wrong.exitCode).toBe(4);
  expect(wrong.stderr).toContain('does not make pictures: no such route');
  expect(posts(service)).toEqual(['POST /v1/text_to_image']);
  await run(machine, ['config', 'set', 'api', 'service']);
  const right = await run(machine, ['generate', 'one', '--base-url', service.url]);
  expect(right.exitCode).toBe(0);
  expect(posts(service)[1]).toBe('POST /api/v1/imagen_4/text_to_image');
});

test('a server without the API is told after both create routes said no', async () => {
  const service = await startService({ runningLooks: 0 });
  service.always('create', answering(405, {}));
  const machine = await newMachine();
  const { exitCode, stderr } = await run(machine, ['generate', 'a mug', '--base-url', service.url]);
  expect(exitCode).toBe(4);
  expect(stderr.split('\n').slice(-2)).toEqual([
    expect.stringMatching(/^error: 127\.0\.0\.1:\d+ does not make pictures: /),
    'Check --base-url (and the setting api)',
  ]);
  expect(posts(service)).toEqual(['POST /v1/text_to_image', 'POST /api/v1/imagen_4/text_to_image']);
});

/** Without the questions whether the service has stopped selling the model. */
function posts(service: Service): string[] {
  return asked(service).filter((call) => call.startsWith('POST'));
}

describe('where the state of a task is found', () => {
  const done = (service: Service, { task }: Pick<Call, 'task'>, wrap: (body: object) => object) =>
    wrap({ status: 'completed', images: [{ url: `${service.url}/files/${task?.id}/0.png` }] });

  test.each([
    ['the Location of the create answer', { location: '/jobs/7' }, {}],
    ['its status_url', {}, { status_url: '/jobs/7' }],
  ])('%s', async (_, headers, body) => {
    const service = await startService({ runningLooks: 0 });
    service.always('create', (_call, response) => json(response, 202, { task_id: 'tsk_9', ...body }, headers));
    service.always('other', (_call, response) =>
      json(
        response,
        200,
        done(service, { task: { id: 'tsk_9' } as never }, (each) => each),
      ),
    );
    const machine = await newMachine();
    const { exitCode } = await run(machine, ['generate', 'a mug', '--base-url', service.url]);
    expect(exitCode).toBe(0);
    expect(asked(service).slice(1)).toEqual(['GET /jobs/7', 'GET /files/ID/0.png']);
  });

  test('the wrapped answer of /api/v1/tasks, its body a text', async () => {
    const service = await startService({ runningLooks: 0 });
    service.always('look', answering(404, {}));
    service.always('other', (call, response) => {
      if (!call.path.startsWith('/api/v1/tasks/')) return json(response, 404, {});
      const [task] = service.tasks.values();
      const wrap = (body: object) => ({
        id: task?.id,
        status: 'completed',
        response: { status: 200, content_type: 'application/json', headers: {}, body: JSON.stringify(body) },
      });
      json(response, 200, done(service, task ? { task } : {}, wrap));
    });
    const machine = await newMachine();
    const { exitCode } = await run(machine, ['generate', 'a mug', '--base-url', service.url]);
    expect(exitCode).toBe(0);
    expect(asked(service)).toEqual([
      'POST /v1/text_to_image',
      'GET /v1/text_to_image/ID',
      'GET /v1/tasks/ID',
      'GET /api/v1/tasks/ID',
      'GET /files/ID/0.png',
    ]);
  });
});

test('a replay is the same task, and is said to cost nothing new', async () => {
  const service = await startService({ dialect: 'service', runningLooks: 0 });
  service.next('create', (_call, response, usual) => {
    const { end } = response;
    response.end = ((text: string) =>
      end.call(response, text.replace('"task_replayed":false', '"task_replayed":true'), 'utf8')) as never;
    usual();
  });
  const machine = await newMachine();
  await run(machine, ['config', 'set', 'api', 'service']);
  const { stdout, stderr } = await run(machine, ['generate', 'a mug', '--json', '--base-url', service.url]);
  expect(JSON.parse(stdout)).toMatchObject({ replayed: true, reused: true, status: 'completed' });
  expect(stderr).toMatch(/✔ a mug .* · already paid$/);
});

test('each request carries what the service asks for, and every try of a POST the same key', async () => {
  const service = await startService({ dialect: 'service', runningLooks: 0 });
  service.next('create', answering(503, { error: 'busy' }, { 'retry-after': '0' }));
  const machine = await newMachine();
  const words = ['generate', 'a mug', '-r', '4:3', '--seed', '-3', '--callback-url', 'https://example.com/done'];
  await run(machine, [...words, '--base-url', service.url]);
  const [, first, second] = service.calls;
  expect(first?.headers).toMatchObject({
    authorization: `Bearer ${machine.env.RUNAPI_API_KEY}`,
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': expect.stringMatching(/^runapi-imagen\/\d/),
    'idempotency-key': expect.stringMatching(/^[\w-]{16,512}$/),
    'x-client-request-id': expect.stringMatching(/^[\x21-\x7e]+$/),
  });
  expect(JSON.parse(first?.body ?? '')).toEqual({
    model: 'imagen-4',
    prompt: 'a mug',
    aspect_ratio: '4:3',
    seed: -3,
    callback_url: 'https://example.com/done',
  });
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  expect(second?.body).toBe(first?.body);
});

test('models, their short names and lists make one task each', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const words = ['generate', 'x', '--model', 'fast,ultra,imagen-4', '--seed', '1,2', '--no-wait'];
  const { exitCode, stdout } = await run(machine, [...words, '--base-url', service.url]);
  expect({ exitCode, ids: stdout.split('\n').length }).toEqual({ exitCode: 0, ids: 6 });
  const sent = [...service.tasks.values()].map(({ body }) => JSON.parse(body));
  expect(sent.map(({ model, seed }) => `${model} ${seed}`).sort()).toEqual([
    'imagen-4 1',
    'imagen-4 2',
    'imagen-4-fast 1',
    'imagen-4-fast 2',
    'imagen-4-ultra 1',
    'imagen-4-ultra 2',
  ]);
});
