import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { answering, losingTheAnswer, type Service } from '../support/service.ts';
import { live, type Outcome } from './life.ts';
import {
  doneButSaying,
  endless,
  gibberish,
  gzipped,
  redirecting,
  resetting,
  saying,
  stallingAfter,
  tornAfter,
} from './misbehaviour.ts';

const aMoment = ['--timeout', '2s'];
const busy = { error: 'Try again' };

test.concurrent.for<[string, (service: Service) => unknown, Outcome]>([
  ['the answer is lost after the task was registered', (s) => s.next('create', losingTheAnswer), {}],
  ['the connection is cut before the task is registered', (s) => s.next('create', resetting), {}],
  ['the answer is cut in the middle', (s) => s.next('create', tornAfter(20)), {}],
  ['the answer is empty', (s) => s.next('create', doneButSaying(200)), {}],
  ['the answer is a web page', (s) => s.next('create', doneButSaying(200, '<html>Hello</html>')), {}],
  ['the answer is not HTTP', (s) => s.next('create', gibberish), {}],
  ['the answer is compressed', (s) => s.next('create', gzipped()), {}],
  [
    'the answer is compressed and torn',
    (s) =>
      s.next(
        'create',
        gzipped((body) => body.subarray(0, 30)),
      ),
    {},
  ],
  [
    'it is taken, answered by 500, then lost, then by 503',
    (s) => s.next('create', doneButSaying(500), losingTheAnswer, doneButSaying(503)),
    {},
  ],
  [
    'a try of which no answer came is still under way',
    (s) => s.next('create', losingTheAnswer, answering(409, { error: 'In progress' })),
    {},
  ],
  [
    'a try of which no answer came is under way for longer than anybody waits',
    (s) => {
      s.always('create', answering(409, { error: 'In progress' }));
      s.next('create', losingTheAnswer);
    },
    { exitCode: 4, told: 'An earlier try may have been accepted', later: 'the picture', words: ['--timeout', '5s'] },
  ],
  [
    'what was done is to be seen elsewhere',
    (s) => s.always('create', doneButSaying(303, '', { location: '/v1/tasks/tsk_abc123' })),
    { exitCode: 8, later: 'the picture', words: aMoment },
  ],
  ['it is asked to wait by 408 and 425', (s) => s.next('create', saying(408), saying(425)), {}],
  ['the request moves within the origin', (s) => s.next('create', redirecting(307, '/v1/text_to_image')), {}],
  [
    'it is taken and never answered',
    (s) => s.always('create', losingTheAnswer),
    { exitCode: 8, told: 'cut the connection', later: 'the picture', words: aMoment },
  ],
  [
    'it is taken and always answered by 500',
    (s) => s.always('create', doneButSaying(500)),
    { exitCode: 8, told: 'answered 500 and gave no reason', later: 'the picture', words: aMoment },
  ],
  [
    'it is taken and the answer stalls',
    (s) => s.always('create', stallingAfter(20)),
    { exitCode: 5, told: 'not finished after 2.0s', later: 'the picture', words: aMoment },
  ],
  [
    'the answer has no end',
    (s) => s.always('create', endless('{"task_id":')),
    { exitCode: 8, told: 'sends an answer without end', later: 'the picture' },
  ],
  [
    'nothing but 500 comes',
    (s) => s.always('create', saying(500)),
    { exitCode: 8, told: 'answered 500', later: 'the picture', words: aMoment },
  ],
  [
    'nothing but 429 comes',
    (s) => s.always('create', answering(429, busy)),
    { exitCode: 6, told: 'Try again', charged: 0, later: 'nothing', words: aMoment },
  ],
  [
    'Retry-After is later than the deadline',
    (s) => s.always('create', answering(429, busy, { 'retry-after': '3600' })),
    { exitCode: 6, charged: 0, later: 'nothing' },
  ],
  [
    'the credits are used up',
    (s) => s.always('create', answering(402, { error: 'Insufficient credits' })),
    { exitCode: 3, told: 'Insufficient credits', charged: 0, later: 'nothing' },
  ],
  [
    'the prompt is refused',
    (s) => s.always('create', answering(422, { errors: { prompt: ['is too rude'] } })),
    { exitCode: 4, told: 'prompt is too rude', charged: 0, later: 'nothing' },
  ],
  [
    'the first try is lost and the second one refused',
    (s) => s.next('create', resetting, answering(422, { error: 'Too rude' })),
    { told: 'Too rude: retrying' }, // the service may have the task all the same
  ],
  [
    'the first try is lost and then the credits are used up',
    (s) => s.next('create', losingTheAnswer, answering(402, { error: 'Insufficient credits' })),
    { exitCode: 3, later: 'the picture' },
  ],
  [
    'it is sent in a circle',
    (s) => s.always('create', redirecting(307, '/v1/text_to_image')),
    { exitCode: 8, told: 'redirects in a loop', charged: 0, later: 'nothing' },
  ],
])('%s', async ([, misbehave, outcome], { onTestFinished }) => {
  const service = await live(misbehave, outcome, onTestFinished);
  const keys = service.calls.map(({ headers }) => headers['idempotency-key']).filter(Boolean);
  expect(new Set(keys).size).toBe(1);
});

test.concurrent.for<[string, (seconds: number) => string]>([
  ['seconds', String],
  ['a date', (seconds) => new Date(Date.now() + seconds * 1000).toUTCString()],
])('Retry-After as %s is obeyed', async ([, header], { onTestFinished }) => {
  const at: number[] = [];
  await live(
    (service) => {
      service.always('create', (_call, _response, usual) => {
        at.push(performance.now());
        usual();
      });
      service.next('create', (call, response, usual) => {
        at.push(performance.now());
        answering(503, busy, { 'retry-after': header(2) })(call, response, usual);
      });
    },
    { told: 'retrying in' },
    onTestFinished,
  );
  const [first = 0, second = 0] = at;
  expect(second - first).toBeGreaterThan(950); // a date has no parts of a second
});

test.concurrent('the key goes to no other origin', async ({ onTestFinished }) => {
  const heard: string[] = [];
  const other = createServer((socket) => socket.on('data', (data) => heard.push(String(data))));
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  await live(
    (s) => s.always('create', redirecting(307, `http://127.0.0.1:${port}/v1/text_to_image`)),
    { exitCode: 8, told: `redirects to http://127.0.0.1:${port}`, charged: 0, later: 'nothing' },
    onTestFinished,
  );
  expect(heard).toEqual([]);
});

test.concurrent('what nobody takes in is closed, and not bought later', async ({ onTestFinished }) => {
  const closed = createServer();
  await new Promise<void>((listening) => closed.listen(0, '127.0.0.1', listening));
  const { port } = closed.address() as { port: number };
  await new Promise((end) => closed.close(end));
  const words = ['--base-url', `http://127.0.0.1:${port}`];
  const outcome = { exitCode: 8, told: 'refused the connection', charged: 0, later: 'nothing', words } as const;
  await live(() => undefined, outcome, onTestFinished);
});
