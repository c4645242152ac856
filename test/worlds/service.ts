import { networkFault } from '../../src/api/network-fault.ts';
import { answerOf, type HttpRequest, type Transport } from '../../src/api/transport.ts';
import { type Actor, dateAt, outside, type Turns } from './turns.ts';

/** A task in the service's own books. */
export interface Task {
  id: string;
  key: string;
  prompt: string;
  createdAt: number;
  endsAt: number;
  fails: boolean;
  /** The service has lost its picture. */
  isGone: boolean;
  picture: Buffer;
}

/** A process that talks to the service. */
interface Client extends Actor {
  /** Counts a step of its life. */
  step(): void;
}

export interface Service {
  base: string;
  dialect: Character['dialect'];
  /** Every task that was ever accepted: each is charged once, unless it fails. */
  tasks: Task[];
  transportOf(client: Client): Transport;
  /** From now on nothing goes wrong. */
  heal(): void;
}

/** What kind of service it is, and how often each thing goes wrong. */
export interface Character {
  dialect: 'guide' | 'service';
  longestTaskMs: number;
  /** Of all requests. */
  trouble: number;
  /** Tasks that fail, or whose pictures are lost. */
  badTasks: number;
}

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  bytes?: Buffer;
}

const hour = 3_600_000;
const keyLifeMs = 24 * hour;
const pictureLifeMs = 7 * 24 * hour;
const base = 'https://api.test';
const createPaths = { guide: '/v1/text_to_image', service: '/api/v1/imagen_4/text_to_image' };

/** A picture that no other task has: a GIF with the task's id in a comment. */
function pictureOf(id: string): Buffer {
  const [head, tail] = ['47494638396101000100800000000000ffffff21fe', '002c00000000010001000002024401003b'];
  return Buffer.concat([Buffer.from(head, 'hex'), Buffer.from([id.length]), Buffer.from(id), Buffer.from(tail, 'hex')]);
}

/** The service, and the network in front of it. Whatever goes wrong, it never charges for what it did not accept. */
export function createService(
  { turns, random, log }: { turns: Turns; random(): number; log(text: string): void },
  { dialect, longestTaskMs, trouble, badTasks }: Character,
): Service {
  const tasks: Task[] = [];
  const keys = new Map<string, { task: Task; body: string; at: number }>();
  let share = trouble;

  const chance = (of: number): boolean => random() < of;
  const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const goesWrong = (): boolean => chance(share);

  function serve(request: HttpRequest): Reply {
    const { pathname, host } = new URL(request.url);
    if (host === 'img.test') return picture(pathname.split('/')[1] ?? '');
    if (request.method === 'POST') return pathname === createPaths[dialect] ? create(request) : { status: 404 };
    return pathname.startsWith(`${createPaths[dialect]}/`) ? look(pathname.split('/').at(-1) ?? '') : { status: 404 };
  }

  function create({ headers, body = '' }: HttpRequest): Reply {
    const key = headers['idempotency-key'] ?? '';
    const text = String(body);
    const { prompt } = JSON.parse(text) as { prompt: string };
    const known = keys.get(key);
    const before = known && turns.now() - known.at < keyLifeMs ? known : undefined;
    if (goesWrong()) {
      // An answer that is no truth about this key comes only to who asks for it again.
      const status = oneOf(before ? [400, 404, 409, 422, 429, 503] : [429, 503]);
      log(`the service answers ${status} to key ${short(key)}`);
      return { status, ...(status === 429 && chance(0.5) && { headers: { 'retry-after': '2' } }) };
    }
    if (before && before.body !== text) return { status: 409, body: { error: 'the key was used with other input' } };
    const task = before?.task ?? accept(key, prompt);
    if (!before) keys.set(key, { task, body: text, at: turns.now() });
    log(`the service ${before ? 'replays' : 'accepts'} ${task.id} for key ${short(key)} (${prompt})`);
    if (goesWrong()) return { status: oneOf([500, 502, 504]), body: '<html>' };
    return {
      status: 200,
      body: { task_id: task.id, id: task.id, status: 'pending', task_replayed: before !== undefined },
    };
  }

  function accept(key: string, prompt: string): Task {
    const id = `tsk_${tasks.length + 1}`;
    const createdAt = turns.now();
    const [fails, isGone] = [chance(badTasks), chance(badTasks)];
    const task = {
      id,
      key,
      prompt,
      createdAt,
      endsAt: createdAt + random() * longestTaskMs,
      fails,
      isGone,
      picture: pictureOf(id),
    };
    tasks.push(task);
    return task;
  }

  function look(id: string): Reply {
    const task = tasks.find((each) => each.id === id);
    if (goesWrong()) return { status: oneOf([404, 429, 500, 503]) };
    if (!task || turns.now() - task.createdAt > pictureLifeMs) return { status: 404 };
    if (turns.now() < task.endsAt) return { status: 200, body: { task_id: id, status: 'processing' } };
    if (task.fails) return { status: 200, body: { task_id: id, status: 'failed', error: 'the model was not well' } };
    const images = [{ url: `https://img.test/${id}/${Math.floor(random() * 100)}` }];
    return { status: 200, body: { task_id: id, status: 'completed', images, usage: { cost: 0.08 } } };
  }

  function picture(id: string): Reply {
    const task = tasks.find((each) => each.id === id);
    if (!task || task.isGone || turns.now() - task.createdAt > pictureLifeMs) return { status: 410 };
    if (goesWrong()) return { status: oneOf([403, 404, 429, 500, 503]) };
    const headers = { etag: `"${id}"`, 'content-length': String(task.picture.length) };
    return { status: 200, headers, bytes: goesWrong() ? task.picture.subarray(0, 30) : task.picture };
  }

  function transportOf(client: Client): Transport {
    return async (request) => {
      const { host } = new URL(request.url);
      const options = request.signal ? { signal: request.signal } : {};
      const left = request.method === 'POST' ? { left: true } : {};
      client.step();
      await turns.wait(client, 5 + 20 * random(), () => undefined, options);
      if (goesWrong()) throw fault('ECONNREFUSED', host, request.method === 'POST' ? { left: false } : {});
      request.leaving?.();
      client.step();
      // It is on its way, whatever becomes of its sender.
      const isCut = client.state === 'dead' && chance(0.5);
      const tripMs = 20 + 20_000 * random() ** 6;
      let answer: Reply | undefined;
      if (!isCut) void turns.wait(outside, tripMs, () => (answer = serve(request)));
      await turns.wait(client, tripMs + 10, () => undefined, options);
      client.step();
      if (goesWrong() || !answer) throw fault('ECONNRESET', host, left);
      return answerOf(rawOf(answer), host, (text) => text);
    };
  }

  function rawOf({ status, headers = {}, body = {}, bytes }: Reply) {
    const content = bytes ?? Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const date = new Date(dateAt(turns.now())).toUTCString();
    return {
      status,
      headers: { date, ...headers },
      close: () => undefined,
      body: (async function* () {
        yield content;
        const promised = Number(headers['content-length'] ?? content.length);
        if (promised > content.length) throw fault('UND_ERR_SOCKET', 'img.test', {});
      })(),
    };
  }

  return {
    base,
    dialect,
    tasks,
    transportOf,
    heal() {
      share = 0;
    },
  };
}

function fault(code: string, host: string, left: { left?: boolean }): unknown {
  return networkFault(Object.assign(new Error(code), { code }), { host, ...left });
}

const short = (key: string): string => key.slice(0, 6);
