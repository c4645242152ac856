import { expect, test } from 'vitest';
import { answering, type Service } from '../support/service.ts';
import { live, type Outcome } from './life.ts';
import {
  endless,
  gibberish,
  gzipped,
  redirecting,
  resetting,
  saying,
  stallingAfter,
  tornAfter,
} from './misbehaviour.ts';

const aMoment = ['--timeout', '5s'];
const unknown = answering(404, { error: 'task not found' });

test.concurrent.for<[string, (service: Service) => unknown, Outcome]>([
  ['every look is lost but the last', (s) => s.next('look', resetting, tornAfter(10), saying(500)), {}],
  [
    'looks are answered by pages, by nothing, by gibberish',
    (s) => s.next('look', saying(200, '<html>'), gibberish),
    {},
  ],
  ['looks are answered by half of an object', (s) => s.next('look', saying(200, '{"id":"tsk_')), {}],
  [
    'an answer is compressed, and one is so and torn',
    (s) =>
      s.next(
        'look',
        gzipped(),
        gzipped((b) => b.subarray(9)),
      ),
    {},
  ],
  ['a state has a word that nobody knows', (s) => s.next('look', answering(200, { status: 'dreaming' })), {}],
  ['the task is not known at first', (s) => s.next('look', unknown, unknown), {}],
  [
    'the task is not known for a moment in between',
    (s) => s.next('look', answering(200, { status: 'processing' }), unknown, unknown),
    {},
  ],
  [
    'the key is refused in the middle',
    (s) => s.next('look', answering(200, { status: 'processing' }), answering(401, { error: 'Key revoked' })),
    { exitCode: 2, told: 'Key revoked', later: 'the picture' },
  ],
  [
    'every look is lost until time runs out',
    (s) => s.always('look', resetting),
    { exitCode: 5, told: 'not finished after 5.0s', later: 'the picture', words: aMoment },
  ],
  [
    'the task never ends',
    (s) => s.always('look', answering(200, { status: 'processing' })),
    { exitCode: 5, told: 'runapi-imagen resume tsk_', later: 'the picture', words: aMoment },
  ],
  [
    'an answer stalls',
    (s) => s.always('look', stallingAfter(5)),
    { exitCode: 5, told: 'not finished after 5.0s', later: 'the picture', words: aMoment },
  ],
  [
    'an answer has no end',
    (s) => s.always('look', endless('{"status":')),
    { exitCode: 5, told: 'sends an answer without end', later: 'the picture', words: aMoment },
  ],
  [
    'a look is sent in a circle',
    (s) => s.always('look', redirecting(302, '/v1/text_to_image/round')),
    { exitCode: 5, told: 'redirects in a loop', later: 'the picture', words: aMoment },
  ],
  [
    'a look is sent to another origin',
    (s) => s.always('look', redirecting(302, 'https://elsewhere.invalid/')),
    { exitCode: 5, told: 'redirects to https://elsewhere.invalid', later: 'the picture', words: aMoment },
  ],
  [
    'the task is completed without a picture',
    (s) => s.always('look', answering(200, { status: 'completed', images: [] })),
    { exitCode: 5, told: 'its answer holds no image', later: 'the picture', words: aMoment },
  ],
  [
    'the task fails',
    (s) => s.always('look', answering(200, { status: 'failed', error: 'Too dark' })),
    { exitCode: 7, told: 'the task failed: Too dark', later: 'nothing' },
  ],
])('%s', async ([, misbehave, outcome], { onTestFinished }) => {
  const service = await live(
    (s) => {
      misbehave(s);
      s.always('other', unknown);
    },
    outcome,
    onTestFinished,
  );
  expect(service.count('create')).toBe(1);
});

test.concurrent('a task that no address knows is told by its id, and stays recorded', async ({ onTestFinished }) => {
  await live(
    (s) => {
      s.always('look', unknown);
      s.always('other', unknown);
    },
    { exitCode: 5, told: 'runapi-imagen resume tsk_', later: 'the picture', words: aMoment },
    onTestFinished,
  );
});

test.concurrent('a rate limit on looks is obeyed', async ({ onTestFinished }) => {
  const at: number[] = [];
  await live(
    (service) => {
      service.always('look', (_call, _response, usual) => {
        at.push(performance.now());
        usual();
      });
      service.next('look', (call, response, usual) => {
        at.push(performance.now());
        answering(429, {}, { 'retry-after': '1' })(call, response, usual);
      });
    },
    {},
    onTestFinished,
  );
  const [first = 0, second = 0] = at;
  expect(second - first).toBeGreaterThan(950);
});
