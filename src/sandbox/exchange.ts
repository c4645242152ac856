import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson } from '../json.ts';
import { type Answer, jsonAnswer, Refusal } from './call.ts';
import { type Dialect, findRoute } from './routes.ts';
import type { TaskBook } from './task-book.ts';

const longestBody = 1024 * 1024;
const longestPicture = 64 * 1024 * 1024;

/** Whom a request comes to. */
interface Desk {
  book: TaskBook;
  dialect: Dialect;
  log?: ((line: string) => void) | undefined;
}

/** Answers one request. Whatever is thrown becomes an HTTP error. */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  { book, dialect, log }: Desk,
): Promise<void> {
  const mark = request.headers['x-client-request-id'];
  response.setHeader('X-Request-Id', `req_${randomUUID().replaceAll('-', '')}`);
  if (typeof mark === 'string') response.setHeader('X-Client-Request-Id', mark);
  const line = `${request.method} ${request.url}`;
  log?.(`> ${line}`);
  const told = (body: string): void => log?.(`>   ${body}`);
  const answer = await route(request, { book, dialect }, told).catch(refused);
  log?.(`< ${answer.breaks ? 'the connection breaks' : answer.status} ${line}`);
  if (log && answer.body !== undefined)
    log(`<   ${typeof answer.body === 'string' ? answer.body : `${answer.body.length} bytes`}`);
  send(response, answer, request.method === 'HEAD');
}

async function route(request: IncomingMessage, { book, dialect }: Desk, told: (body: string) => void): Promise<Answer> {
  const { method = '', headers, url = '' } = request;
  const origin = originOf(request);
  if (!URL.canParse(url, origin)) throw new Refusal(400, 'Malformed request URL');
  const { pathname, searchParams: query } = new URL(url, origin);
  const { handle, parts } = findRoute(method, pathname, dialect);
  const readBytes = () => readBody(request, longestPicture);
  const call = { method, query, headers, origin, readJson: () => readJson(request, told), readBytes };
  return handle(call, book, ...parts);
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

function refused(error: unknown): Answer {
  if (!(error instanceof Refusal)) return jsonAnswer({ error: `Sandbox failure: ${error}` }, {}, 500);
  const { message, status, facts } = error;
  const { errors } = facts;
  return jsonAnswer({ error: message, ...(errors && { errors }) }, facts.headers, status);
}

function send(response: ServerResponse, { status, headers, body = '', breaks }: Answer, headOnly: boolean): void {
  if (breaks === 'at once') {
    response.destroy();
    return;
  }
  const length = status === 304 ? {} : { 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { ...length, ...headers });
  if (breaks === 'half way') response.write(body.slice(0, body.length >> 1), () => response.destroy());
  else response.end(headOnly ? undefined : body);
}

async function readJson(request: IncomingMessage, told: (body: string) => void): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'Content-Type must be application/json');
  const text = (await readBody(request, longestBody)).toString('utf8');
  told(text);
  const body = parseJson(text);
  if (body === undefined) throw new Refusal(400, 'The request body is not valid JSON');
  return body;
}

async function readBody(request: IncomingMessage, longest: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The rest of a long body is read and dropped: a client that is still sending would not see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= longest) chunks.push(chunk);
  }
  if (size > longest) throw new Refusal(413, `The request body is larger than ${longest / 1024 / 1024} MiB`);
  return Buffer.concat(chunks);
}
