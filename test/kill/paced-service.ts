import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { encode } from 'fast-png';

/** A task that the service took: it is charged once, when it is registered. */
interface PacedTask {
  id: string;
  /** What was posted: its key may bring nothing else. */
  body: string;
  picture: Buffer;
  looks: number;
}

/** A RunAPI on loopback whose answers come in pieces: between any two of them somebody may pull the plug. */
export interface PacedService {
  url: string;
  /** By idempotency key. */
  tasks: Map<string, PacedTask>;
  /** How often a key came with another body, or a key of the API with a picture. */
  conflicts: number;
  /**
   * Called at each point of each exchange: a request has arrived, a task is registered, a piece of an answer has left.
   * Answers whether the service goes on with that exchange.
   */
  onPoint: (point: string) => boolean;
  close(): Promise<void>;
}

const runningLooks = 1;
const piecesOfPicture = 6;

/** @param expiring addresses of uploads are good for no time: each request that is sent again has others */
export async function startPacedService({ expiring = false } = {}): Promise<PacedService> {
  let uploads = 0;
  const tasks = new Map<string, PacedTask>();
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const service: PacedService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tasks,
    conflicts: 0,
    onPoint: () => true,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return service;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // cut in the middle: it never arrived
    }
    const body = Buffer.concat(chunks);
    const path = request.url ?? '';
    const [, , kind = '', id = ''] = path.split('/');
    const task = [...tasks.values()].find((each) => each.id === id);
    if (!service.onPoint(`${request.method} ${kind} arrived`)) return;
    const step = /^\/api\/v1\/files\/(prepare|confirm)$/.exec(path)?.[1];
    if (step !== undefined) await upload(step, response);
    else if (request.method === 'PUT') await take(request, body, response);
    else if (request.method === 'POST')
      await create(String(request.headers['idempotency-key']), body.toString(), response);
    else if (kind === 'text_to_image' && task) await look(task, response);
    else if (kind === 'files' && task) await picture(task, request, response);
    else response.writeHead(404).end('{}');
  }

  /** Each upload has an address of its own, so that one that was made again shows in what is posted. */
  async function upload(step: string, response: ServerResponse): Promise<void> {
    if (step === 'prepare') uploads += 1;
    const url = `${service.url}/uploads/${uploads}`;
    const [created_at, expires_at] = [0, expiring ? 0 : 3_600_000].map((ms) => new Date(ms).toISOString());
    const file = { url, created_at, expires_at };
    const told = step === 'prepare' ? { upload_url: url, headers: {}, signed_id: `${uploads}` } : file;
    await inPieces(step, response, Buffer.from(JSON.stringify(told)), 2);
  }

  async function take(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const isWrong = request.headers.authorization !== undefined || body.length === 0;
    if (isWrong) service.conflicts += 1;
    await inPieces('PUT', response, Buffer.from(isWrong ? 'refused' : 'taken'), 2);
  }

  async function create(key: string, body: string, response: ServerResponse): Promise<void> {
    const task = tasks.get(key) ?? register(key, body);
    const isOther = task.body !== body;
    if (isOther && !expiring) service.conflicts += 1;
    if (!service.onPoint('POST registered')) return;
    if (isOther) return void response.writeHead(409).end('{}');
    await inPieces('POST', response, Buffer.from(JSON.stringify({ task_id: task.id, status: 'pending' })), 2);
  }

  function register(key: string, body: string): PacedTask {
    const id = `tsk_${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
    const task = { id, body, picture: pictureOf(id), looks: 0 };
    tasks.set(key, task);
    return task;
  }

  async function look(task: PacedTask, response: ServerResponse): Promise<void> {
    task.looks += 1;
    const ended = task.looks > runningLooks;
    const images = [{ url: `${service.url}/v1/files/${task.id}` }];
    const body = { id: task.id, status: ended ? 'completed' : 'processing', ...(ended && { images }) };
    await inPieces('look', response, Buffer.from(JSON.stringify(body)), 2);
  }

  async function picture(task: PacedTask, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const etag = `"${task.id}"`;
    const wanted = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const from = wanted !== undefined && request.headers['if-range'] === etag ? Number(wanted) : 0;
    const whole = task.picture.length;
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': whole - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${whole - 1}/${whole}` }),
    });
    await inPieces('picture', response, task.picture.subarray(from), piecesOfPicture);
  }

  async function inPieces(what: string, response: ServerResponse, body: Buffer, pieces: number): Promise<void> {
    const length = Math.ceil(body.length / pieces);
    for (let piece = 0; piece < pieces; piece++) {
      response.write(body.subarray(piece * length, (piece + 1) * length));
      await wait(2); // the piece has left before the plug is pulled
      if (!service.onPoint(`${what} piece ${piece + 1} of ${pieces}`)) return;
    }
    response.end();
    await wait(1);
    service.onPoint(`${what} answered`);
  }
}

/** Another picture for each task, so that none can stand for another. */
function pictureOf(id: string): Buffer {
  const noise = createHash('sha512').update(id).digest();
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (noise[index % 64] ?? 0) ^ (index * 7));
  return Buffer.from(encode({ width: 64, height: 64, data, channels: 3, depth: 8 }));
}
