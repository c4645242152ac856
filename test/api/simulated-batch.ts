import pLimit from 'p-limit';
import { createApi } from '../../src/api/client.ts';
import { networkFault } from '../../src/api/network-fault.ts';
import { imagenRoute } from '../../src/api/routes.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../src/api/transport.ts';
import type { TempFile } from '../../src/disk/temp-file.ts';
import { createSlots } from '../../src/paid-task/slots.ts';
import { transfer } from '../../src/paid-task/transfer.ts';
import { follow } from '../../src/task/follow.ts';
import { growingPace } from '../../src/task/pace.ts';
import type { Clock, Deadline } from '../../src/world.ts';
import { seeded } from '../bench/pace-simulation.ts';
import { virtualTime } from '../support/virtual-time.ts';

type Fault = '429' | '503' | 'reset' | 'slow';

/** Says what goes wrong with a request that arrives now; `undefined`: nothing. */
export type Trouble = (now: number, random: () => number) => Fault | undefined;

/** Any request, with that chance. */
export function byChance(share: number, faults: readonly Fault[] = ['429', '503', 'reset', 'slow']): Trouble {
  return (_, random) => (random() < share ? faults[Math.floor(random() * faults.length)] : undefined);
}

/** More than so many requests within each second, or whatever the window is. */
export function window(most: number, windowMs = 1000): Trouble {
  let current = -1;
  let count = 0;
  return (now) => {
    if (Math.floor(now / windowMs) !== current) [current, count] = [Math.floor(now / windowMs), 0];
    count += 1;
    return count > most ? '429' : undefined;
  };
}

/** A bucket of so many tokens that fills at that rate. */
export function bucket(perSecond: number, most: number): Trouble {
  let filledAt = 0;
  let tokens = most;
  return (now) => {
    tokens = Math.min(most, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return '429';
    tokens -= 1;
    return undefined;
  };
}

export interface Batch {
  rows: number;
  concurrency: number;
  taskMs: number;
  trouble: Trouble;
  retryAfterSeconds?: number;
  /** Each row's picture is fetched too, with the same trouble. */
  pictures?: boolean;
}

export interface Outcome {
  seconds: number;
  failed: number;
  requests: number;
  /** Requests that were answered with 429. */
  refused: number;
}

/** Makes a batch of pictures with the real client, in virtual time: each row is submitted and polled to its end. */
export async function simulateBatch(batch: Batch, seed: number): Promise<Outcome> {
  const random = seeded(seed);
  const time = virtualTime(random);
  const outcome = { seconds: 0, failed: 0, requests: 0, refused: 0 };
  const api = createApi({
    base: 'https://runapi.test',
    apiKey: 'rk_test',
    api: 'guide',
    transport: troubledService(batch, time, outcome),
    memory: { recall: () => ({}), remember: () => undefined },
    clock: time,
    userAgent: 'test',
  });

  const downloads = createSlots(8);

  async function make(row: number): Promise<void> {
    const deadline = time.deadline(900_000);
    const { id, dialect, statusUrl } = await api.submit({
      request: { model: 'imagen-4', prompt: `row ${row}` },
      route: imagenRoute,
      findPictures: async () => [],
      idempotencyKey: `key_${row}`,
      fate: { uncertain: false },
      deadline,
      rateLimitTries: 1000,
    });
    const poll = () => api.poll(id, { dialect, statusUrl }, deadline.signal);
    const { images } = await follow({ poll, pace: growingPace, clock: time, deadline, ageMs: 0 });
    if (batch.pictures) await downloads.run(() => fetchPicture(images[0]?.url ?? '', deadline));
    deadline.cancel();
  }

  function fetchPicture(url: string, deadline: Deadline): Promise<unknown> {
    const order = { api, url, temp, maxBytes: 1e6, clock: time, deadline, pause: downloads.pause };
    return transfer({ ...order, freshUrl: async () => undefined, mayCome: () => true });
  }

  const slots = pLimit(batch.concurrency);
  const rows = Array.from({ length: batch.rows }, (_, row) =>
    slots(make, row).catch(() => {
      outcome.failed += 1;
    }),
  );
  await time.run(Promise.all(rows));
  outcome.seconds = time.monotonic() / 1000;
  return outcome;
}

/** Each way. */
const tripMs = 10;
const slowMs = 2000;

function troubledService(batch: Batch, time: Clock, outcome: Outcome): Transport {
  const { taskMs, trouble, retryAfterSeconds = 1 } = batch;
  const startedAt = new Map<string, number>();

  return async (request) => {
    request.leaving?.();
    outcome.requests += 1;
    await time.wait(tripMs, request.signal);
    const kind = trouble(time.monotonic(), time.random);
    if (kind === '429') outcome.refused += 1;
    const answer =
      kind === '429' || kind === '503'
        ? answering(Number(kind), { error: 'busy' }, kind === '429' ? { 'retry-after': `${retryAfterSeconds}` } : {})
        : request.url === pictureUrl
          ? answering(200, picture)
          : answering(200, taskOf(request));
    await time.wait(tripMs + (kind === 'slow' ? slowMs : 0), request.signal);
    if (kind === 'reset') {
      const error = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
      throw networkFault(error, { host: 'runapi.test', left: true });
    }
    return answer;
  };

  function taskOf({ method, url, headers }: HttpRequest): Record<string, unknown> {
    const now = time.monotonic();
    const id = method === 'POST' ? (headers['idempotency-key'] ?? '') : (url.split('/').at(-1) ?? '');
    if (!startedAt.has(id)) startedAt.set(id, now);
    if (now < (startedAt.get(id) ?? 0) + taskMs) return { task_id: id, status: 'processing' };
    return { task_id: id, status: 'completed', images: [{ url: pictureUrl }] };
  }
}

function answering(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return {
    status,
    headers,
    body: (async function* () {
      if (Buffer.isBuffer(body)) yield body;
    })(),
    text: async () => JSON.stringify(body),
    close: () => undefined,
  };
}

const pictureUrl = 'https://runapi.test/1.gif';
/** One pixel: what is checked of a GIF takes no other thread. */
const picture = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** What comes is looked at, and goes nowhere. */
const temp: TempFile = {
  path: '',
  write: async () => undefined,
  restart: async () => undefined,
  finish: async () => undefined,
  read: async function* () {},
  place: async () => 'placed',
  remove: async () => undefined,
};
