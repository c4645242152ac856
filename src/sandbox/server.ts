import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../errors.ts';
import { parseJson } from '../json.ts';
import { type Answer, Refusal } from './answer.ts';
import { anyKey, type Book, openBook, type Rules } from './book.ts';
import { readOrder } from './order.ts';
import { type Dialect, findRoute } from './routes.ts';

export interface SandboxOptions extends Rules {
  /** 0 by default: any free port. */
  port?: number | undefined;
  /** Whose task routes exist; those of the other answer 404. Both by default. */
  dialect?: Dialect | undefined;
  /** Told of every exchange, a line for each request, answer and body of either. */
  log?: ((line: string) => void) | undefined;
}

interface AcceptedTask {
  /** The id that it was given, if it is known. */
  id?: string | undefined;
  idempotencyKey: string;
  /** The JSON body that was posted. */
  request: unknown;
  createdAtMs: number;
}

/** A server that runs; its address has no slash at its end. */
export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

/**
 * Starts a server that speaks RunAPI's API for pictures, free of charge.
 *
 * @throws {Failure} `validation` if it cannot listen on that port
 */
export async function startSandbox(options: SandboxOptions) {
  const { port = 0, dialect = 'both', log = () => undefined } = options;
  const book = openBook(options);
  const server = createServer(async (request, response) => {
    const line = `${request.method} ${request.url}`;
    log(`> ${line}`);
    const answer = await answerTo(request, book, dialect, log).catch(refused);
    const body = bytesOf(answer);
    log(`< ${answer.breaks ? 'the connection breaks' : (answer.status ?? 200)} ${line}`);
    if (answer.body) log(`<   ${answer.body === body ? `${body.length} bytes` : body}`);
    send(request, response, answer, body);
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    restore: (task: AcceptedTask) => restore(book, task),
    /** Stops the server, and closes open connections. */
    async close(): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Enters a task that was posted to another process, as if it had been posted here then; returns its id.
 *
 * @throws {Failure} `validation` for a body that would have been refused
 */
function restore(book: Book, { request: body, ...accepted }: AcceptedTask): string {
  if (accepted.id !== undefined && book.tasks.has(accepted.id)) return accepted.id; // it is this sandbox's own
  try {
    const known = book.replay(anyKey, accepted.idempotencyKey, body);
    const order = readOrder(body, book.shop);
    return (known ?? book.enter({ ...accepted, apiKey: anyKey, dialect: 'guide', order, body })).id;
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Failure('validation', `the sandbox cannot restore this task: ${cause.message}`, { cause });
  }
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const reason = { EADDRINUSE: 'the port is taken', EACCES: 'that port needs more rights' }[code] ?? message;
    throw new Failure('validation', `the sandbox cannot listen on 127.0.0.1, port ${port}: ${reason}`, {
      hint: 'Choose another port with --port, or --port 0 for any free one',
      cause,
    });
  }
}

async function answerTo(
  request: IncomingMessage,
  book: Book,
  dialect: Dialect,
  log: (line: string) => void,
): Promise<Answer> {
  const { method, headers, url = '' } = request;
  const origin = originOf(request);
  if (!URL.canParse(url, origin)) throw new Refusal(400, 'Malformed request URL');
  const { pathname, searchParams: query } = new URL(url, origin);
  const { handle, names } = findRoute(method, pathname, dialect);
  const readBytes = () => readBody(request, 64);
  return handle({ method, query, headers, origin, readJson: () => readJson(request, log), readBytes }, book, ...names);
}

const loopback = /^(localhost|[\w.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;
const anyHost = /^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i;

/**
 * Where the client finds this server, for the URLs in answers: as a proxy in front of it says, or as it was called.
 *
 * @throws {Refusal} 421 for a name that is not this machine's: a web page may have made it lead here
 */
function originOf({ headers, socket }: IncomingMessage): string {
  const { 'x-forwarded-proto': scheme, 'x-forwarded-host': front } = headers;
  const host = headers.host || `127.0.0.1:${socket.localPort}`; // a client of HTTP/1.0 may name none
  if (!loopback.test(host)) throw new Refusal(421, 'The sandbox answers as localhost and 127.0.0.1 only');
  const isSecure = /^https\b/i.test(String(scheme ?? ''));
  const [named = ''] = String(front ?? '').split(/\s*,/);
  return `${isSecure ? 'https' : 'http'}://${anyHost.test(named) ? named : host}`;
}

async function readJson(request: IncomingMessage, log: (line: string) => void): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'Content-Type must be application/json');
  const text = (await readBody(request, 1)).toString('utf8');
  log(`>   ${text}`);
  const body = parseJson(text);
  if (body === undefined) throw new Refusal(400, 'The request body is not valid JSON');
  return body;
}

async function readBody(request: IncomingMessage, mostMiB: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The rest of a long body is read and dropped: a client that is still sending would not see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= mostMiB * 2 ** 20) chunks.push(chunk);
  }
  if (size > mostMiB * 2 ** 20) throw new Refusal(413, `The request body is larger than ${mostMiB} MiB`);
  return Buffer.concat(chunks);
}

function refused(error: unknown): Answer {
  return error instanceof Refusal ? error.answer : { status: 500, body: { error: `Sandbox failure: ${error}` } };
}

function bytesOf({ body }: Answer): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, body: Buffer): void {
  const { status = 200, headers, breaks } = answer;
  if (breaks === 'at once') {
    response.destroy();
    return;
  }
  const mark = request.headers['x-client-request-id'];
  response.writeHead(status, {
    'X-Request-Id': `req_${randomUUID().replaceAll('-', '')}`,
    ...(typeof mark === 'string' && { 'X-Client-Request-Id': mark }),
    ...(status !== 304 && { 'Content-Length': body.length }),
    ...(answer.body && body !== answer.body && { 'Content-Type': 'application/json; charset=utf-8' }),
    ...headers,
  });
  if (breaks === 'half way') response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  else response.end(request.method === 'HEAD' ? undefined : body);
}
