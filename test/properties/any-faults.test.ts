/** @module-tag slow */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { leftInRecord, picture } from '../paid-task/life.ts';
import {
  changed,
  doneButSaying,
  gibberish,
  gzipped,
  redirecting,
  resetting,
  saying,
  tornAfter,
  withoutHeaders,
} from '../paid-task/misbehaviour.ts';
import { filesIn, newMachine, run } from '../support/program.ts';
import { answering, losingTheAnswer, type Order, startService } from '../support/service.ts';

const half = picture.length / 2;
/** All that may go wrong with a request, by the words in which a plan names it. */
const faults: Record<'create' | 'look' | 'image', Record<string, Order>> = {
  create: {
    reset: resetting,
    lost: losingTheAnswer,
    torn: tornAfter(20),
    'taken, 500': doneButSaying(500),
    'taken, a page': doneButSaying(200, '<html>'),
    '503': saying(503),
    '429': answering(429, {}, { 'retry-after': '0' }),
    '402': answering(402, { error: 'Insufficient credits' }),
    gzip: gzipped(),
    gibberish,
    moved: redirecting(307, '/v1/text_to_image'),
  },
  look: {
    reset: resetting,
    torn: tornAfter(8),
    '500': saying(500),
    '404': saying(404),
    '401': saying(401),
    'a page': saying(200, '<html>'),
    'a word': answering(200, { status: 'dreaming' }),
    gzip: gzipped(),
    gibberish,
  },
  image: {
    reset: resetting,
    torn: tornAfter(half),
    'torn early': tornAfter(3),
    'torn, nameless': withoutHeaders(tornAfter(half)),
    short: changed((body) => body.subarray(0, half)),
    '500': saying(500),
    '403': saying(403),
    '416': saying(416),
    'a page': saying(200, '<!doctype html>'),
    'torn gzip': gzipped((body) => body.subarray(0, body.length / 2)),
    gzip: gzipped(),
  },
};
const someOf = (kind: keyof typeof faults) => fc.array(fc.constantFrom(...Object.keys(faults[kind])), { maxLength: 3 });
const plans = fc.record({ create: someOf('create'), look: someOf('look'), image: someOf('image') });
type Plan = typeof plans extends fc.Arbitrary<infer Each> ? Each : never;

const documented = [0, 2, 3, 4, 5, 6, 7, 8, 9];

async function live(plan: Plan): Promise<void> {
  const service = await startService({ pictures: [picture], runningLooks: 2 }, onTestFinished);
  const machine = await newMachine(onTestFinished);
  for (const kind of ['create', 'look', 'image'] as const) {
    service.next(kind, ...plan[kind].map((name) => faults[kind][name] as Order));
  }
  const words = [
    'generate',
    'a mug',
    '--timeout',
    '5s',
    '--poll-interval',
    '20ms',
    '--base-url',
    service.url,
    '--json',
  ];
  const { exitCode, stdout, stderr } = await run(machine, words);
  const told = JSON.stringify(plan) + stderr;
  expect([documented.includes(exitCode ?? -1), /\n\s+at \S+ \(/.test(String(stderr)), told]).toEqual([
    true,
    false,
    told,
  ]);
  const [task] = service.tasks.values();
  // Whatever went wrong once the task was known, its id is told.
  const line = JSON.parse(String(stdout));
  if (line.task_id !== undefined && line.task_id !== null) expect(line.task_id).toBe(task?.id);

  service.heal();
  const resumed = await run(machine, ['resume', '--poll-interval', '20ms']);
  expect([resumed.exitCode, told]).toEqual([0, told]);
  const files = await filesIn(machine.folder);
  expect([service.tasks.size <= 1, files.length, told]).toEqual([true, service.tasks.size, told]);
  for (const name of files) expect(await readFile(join(machine.folder, name))).toEqual(picture);
  expect(await leftInRecord(machine)).toEqual([]);
}

test('whatever goes wrong in whatever order, each task ends as one whole file, paid for once', async () => {
  const left = fc.sample(plans, 6);
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let plan = left.shift(); plan; plan = left.shift()) await live(plan);
    }),
  );
}, 120_000);
