/** @module-tag slow */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Api, createApi } from '../../src/api/client.ts';
import { imagenRoute } from '../../src/api/routes.ts';
import type { Fate } from '../../src/api/submit.ts';
import type { TempFile } from '../../src/disk/temp-file.ts';
import { exitCodes, Failure } from '../../src/errors.ts';
import { ImageInspector } from '../../src/image/inspect.ts';
import { transfer } from '../../src/paid-task/transfer.ts';
import { follow } from '../../src/task/follow.ts';
import { fixedPace } from '../../src/task/pace.ts';
import type { Clock, Deadline } from '../../src/world.ts';
import { fakeClock } from '../support/clock.ts';
import { anyReply, anyWorld, type Reply } from './any-world.ts';

interface Life {
  api: Api;
  clock: Clock;
  deadline: Deadline;
  fate: Fate;
}

/** The whole life of one picture, without a disk: what the program does between the POST and the saved file. */
async function live({ api, clock, deadline, fate }: Life): Promise<'made' | 'failed'> {
  const request = { model: 'imagen-4', prompt: 'a mug' } as const;
  const order = { request, route: imagenRoute, findPictures: async () => [], idempotencyKey: 'key' };
  const { id, dialect, statusUrl } = await api.submit({ ...order, fate, deadline });
  expect(id).toMatch(/^[\w-]{1,128}$/);
  const poll = () => api.poll(id, { dialect, statusUrl }, deadline.signal);
  const task = await follow({ poll, pace: fixedPace(500), clock, deadline, ageMs: 0 });
  if (task.status === 'failed') return 'failed';
  expect(task.images.length).toBeGreaterThan(0);
  for (const { url } of task.images) {
    const temp = memoryFile();
    const order = { api, url, temp, maxBytes: 100_000, clock, deadline };
    const { sha256, bytes } = await transfer({
      ...order,
      freshUrl: async () => (await poll()).task.images[0]?.url,
      mayCome: () => true,
      pause: (wait) => wait(),
    });
    const inspector = new ImageInspector();
    await inspector.write(temp.content());
    expect([(await inspector.end()).whole, temp.content().length]).toEqual([true, bytes]);
    expect(createHash('sha256').update(temp.content()).digest('hex')).toBe(sha256);
  }
  return 'made';
}

function memoryFile(): TempFile & { content(): Buffer } {
  let content = Buffer.alloc(0);
  return {
    path: 'memory',
    content: () => content,
    async write(chunk) {
      content = Buffer.concat([content, chunk]);
    },
    async restart() {
      content = Buffer.alloc(0);
    },
    finish: async () => undefined,
    read: () => [content].values() as never,
    place: async () => 'placed',
    remove: async () => undefined,
  };
}

type Example = [Reply[], 'well' | 'the same', number];

/** One for each end that must be among those seen, so that no throw of the dice leaves one out. */
const wellKnown: readonly Example[] = [
  [[], 'well', 0.5],
  [[told({ task_id: 'tsk_a', status: 'pending' }), told({ task_id: 'tsk_a', status: 'failed' })], 'well', 0.5],
  [[told({ task_id: 'tsk_a', status: 'pending' })], 'the same', 0.5],
  [[{ kind: 'unreachable', code: 'ECONNREFUSED' }], 'the same', 0.5],
  [[told({ task_id: 'tsk_a', status: 'completed', images: ['https://img.test/a.png'] })], 'the same', 0.5],
  [[told({ error: 'no such ratio' }, 400)], 'well', 0.5],
];

function told(body: object, status = 200): Reply {
  const encoded = Buffer.from(JSON.stringify(body));
  return { kind: 'answer', status, headers: {}, body: encoded, registers: status < 300 };
}

test('whatever the service answers, the end is a picture, a failed task or a failure with an exit code', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyReply, { maxLength: 12 }),
      fc.constantFrom('well' as const, 'the same' as const),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (replies, afterwards, random) => {
        const clock = fakeClock(Date.UTC(2026, 0, 1), () => random);
        const world = anyWorld(replies, afterwards, clock);
        const memory = { recall: () => ({}), remember: () => undefined };
        const fate = { uncertain: false };
        const api = createApi({
          base: 'https://api.test',
          apiKey: 'rk_secret',
          api: 'auto',
          transport: world.transport,
          memory,
          clock,
          userAgent: 'test',
        });
        const deadline = clock.deadline(5_000);
        const end = await live({ api, clock, deadline, fate }).catch((error: unknown) => error);
        if (end instanceof Error && !(end instanceof Failure)) throw end;
        if (end instanceof Failure) {
          expect(exitCodes[end.code]).toBeGreaterThan(1);
          expect(end.message).not.toMatch(/\p{Cc}|rk_secret/u);
        }
        // A task that the service may hold is never thought to be none, and never asked for with another key.
        if (world.isRegistered()) expect(fate.uncertain).toBe(true);
        expect(world.keys.size).toBeLessThanOrEqual(1);
        seen.add(end instanceof Failure ? end.code : String(end));
      },
    ),
    { numRuns: 400, examples: [...wellKnown] },
  );
  expect([...seen]).toEqual(expect.arrayContaining(['made', 'failed', 'timeout', 'network', 'download', 'validation']));
});
