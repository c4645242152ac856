import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encode } from 'fast-png';
import { onTestFinished } from 'vitest';
import type { AtEnd } from './program.ts';

/** A request as the service got it. */
export interface Call {
  kind: 'create' | 'look' | 'image' | 'other';
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** The task that it is about, where there is one. */
  task?: ServiceTask;
}

interface ServiceTask {
  id: string;
  idempotencyKey: string;
  body: string;
  looks: number;
}

/** Misbehaviour for one request. Without an answer of its own it ends in `usual()`. */
export type Order = (call: Call, response: ServerResponse, usual: () => void) => void;

export interface ServiceOptions {
  /** `tasks` is the guide's dialect with its state at /v1/tasks/{id}. */
  dialect?: 'guide' | 'tasks' | 'service';
  /** How many looks see the task running before it is completed. */
  runningLooks?: number;
  /** The pictures of a task; one small PNG unless it is given. */
  pictures?: Buffer[];
}

/** A small RunAPI on loopback that does what it is told, and notes everything. */
export interface Service {
  url: string;
  calls: Call[];
  /** By idempotency key: what was charged, each once. */
  tasks: Map<string, ServiceTask>;
  picture: Buffer;
  /** The next request of that kind is answered so. Orders that are never used fail the test. */
  next(kind: Call['kind'], ...orders: Order[]): void;
  /** Every request of that kind is answered so. */
  always(kind: Call['kind'], order: Order): void;
  /** From now on every request is answered as usual. */
  heal(): void;
  count(kind: Call['kind']): number;
}

/** Closed when the test is over; it fails the test for an order that was not used and for a request that it does not know. */
export async function startService(
  { dialect = 'guide', runningLooks = 1, pictures }: ServiceOptions = {},
  atEnd: AtEnd = onTestFinished,
): Promise<Service> {
  const files = pictures ?? [smallPng(7)];
  const calls: Call[] = [];
  const tasks = new Map<string, ServiceTask>();
  const orders = new Map<Call['kind'], Order[]>();
  const standing = new Map<Call['kind'], Order>();
  const createPath = dialect === 'service' ? '/api/v1/imagen_4/text_to_image' : '/v1/text_to_image';
  const lookPath = dialect === 'tasks' ? '/v1/tasks/' : `${createPath}/`;
  let url = '';

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = read(request, Buffer.concat(chunks).toString('utf8'));
      calls.push(call);
      const order = orders.get(call.kind)?.shift() ?? standing.get(call.kind);
      const usual = (): void => answer(call, response);
      if (order) order(call, response, usual);
      else usual();
    });
  });

  function read(request: IncomingMessage, body: string): Call {
    const path = request.url ?? '/';
    const kind = kindOf(request.method ?? '', path);
    const call: Call = { kind, method: request.method ?? '', path, headers: request.headers, body };
    const id = kind === 'look' ? path.slice(lookPath.length) : kind === 'image' ? path.split('/')[2] : undefined;
    const task = [...tasks.values()].find((each) => each.id === id);
    return task ? { ...call, task } : call;
  }

  function kindOf(method: string, path: string): Call['kind'] {
    if (method === 'POST' && path === createPath) return 'create';
    if (method === 'GET' && path.startsWith(lookPath)) return 'look';
    return method === 'GET' && path.startsWith('/files/') ? 'image' : 'other';
  }

  function answer(call: Call, response: ServerResponse): void {
    if (call.kind === 'create') return create(call, response);
    if (call.kind === 'look') return look(call, response);
    if (call.kind === 'image') return image(call, response);
    json(response, 404, { error: 'no such route' });
  }

  function create(call: Call, response: ServerResponse): void {
    const task = register(call);
    if (!task) return json(response, 409, { error: 'Idempotency-Key was used with other input' });
    if (dialect !== 'service')
      return json(response, 200, { task_id: task.id, status: 'pending', model: JSON.parse(task.body).model });
    json(response, 200, {
      id: task.id,
      status: 'processing',
      task_replayed: call.task !== undefined,
      billing: { reservation: { amount_cents: 8 } },
    });
  }

  function register(call: Call): ServiceTask | undefined {
    const idempotencyKey = String(call.headers['idempotency-key']);
    const known = tasks.get(idempotencyKey);
    if (known) {
      call.task = known;
      return known.body === call.body ? known : undefined;
    }
    const id = `tsk_${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 10)}`;
    const task = { id, idempotencyKey, body: call.body, looks: 0 };
    tasks.set(idempotencyKey, task);
    return task;
  }

  function look({ task }: Call, response: ServerResponse): void {
    if (!task) return json(response, 404, { error: 'task not found' });
    task.looks += 1;
    if (task.looks <= runningLooks) return json(response, 200, { id: task.id, status: 'processing' });
    const images = files.map((_, index) => ({ url: `${url}/files/${task.id}/${index}.png` }));
    json(response, 200, { id: task.id, status: 'completed', images });
  }

  function image({ path, headers }: Call, response: ServerResponse): void {
    const file = files[Number(/(\d+)\.png$/.exec(path)?.[1] ?? 0)];
    if (headers.authorization) return json(response, 400, { error: 'the image host takes no key' });
    if (!file) return json(response, 404, { error: 'no such picture' });
    const etag = `"${createHash('sha256').update(file).digest('hex').slice(0, 16)}"`;
    const wanted = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
    const from = wanted !== undefined && headers['if-range'] === etag ? Number(wanted) : 0;
    response
      .writeHead(from > 0 ? 206 : 200, {
        'content-type': 'image/png',
        'content-length': file.length - from,
        etag,
        ...(from > 0 && { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }),
      })
      .end(file.subarray(from));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const unused = [...orders].filter(([, left]) => left.length > 0).map(([kind, left]) => `${left.length} × ${kind}`);
    if (unused.length > 0) throw new Error(`these requests never came: ${unused.join(', ')}`);
  });
  return {
    url,
    calls,
    tasks,
    picture: files[0] as Buffer,
    next: (kind, ...more) => void orders.set(kind, [...(orders.get(kind) ?? []), ...more]),
    always: (kind, order) => void standing.set(kind, order),
    heal() {
      orders.clear();
      standing.clear();
    },
    count: (kind) => calls.filter((call) => call.kind === kind).length,
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** An order that answers with a status and a JSON body. */
export function answering(status: number, body: unknown, headers?: Record<string, string>): Order {
  return (_call, response) => json(response, status, body, headers);
}

/** An order that does the work and loses the answer. */
export const losingTheAnswer: Order = (_call, response, usual) => {
  const { socket } = response;
  response.end = (() => {
    socket?.resetAndDestroy();
    return response;
  }) as typeof response.end;
  usual();
};

/** A real little PNG, of another colour for each number. */
export function smallPng(colour: number): Buffer {
  const data = new Uint8Array(16 * 16 * 3).fill(colour);
  return Buffer.from(encode({ width: 16, height: 16, data, channels: 3, depth: 8 }));
}
