import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, type House, jsonAnswer } from './call.ts';
import { readJson } from './json-body.ts';
import { Refusal } from './refusal.ts';
import { type Dialect, findRoute } from './routes.ts';

/** Answers one request, whatever comes: what is thrown on the way becomes an HTTP error. */
export async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  house: House & { dialect: Dialect },
): Promise<void> {
  const mark = request.headers['x-client-request-id'];
  response.setHeader('X-Request-Id', `req_${randomUUID().replaceAll('-', '')}`);
  if (typeof mark === 'string') response.setHeader('X-Client-Request-Id', mark);
  send(response, await route(request, house).catch(refused), request.method === 'HEAD');
}

async function route(request: IncomingMessage, house: House & { dialect: Dialect }): Promise<Answer> {
  const { method = '', headers, url = '' } = request;
  const origin = `http://${headers.host ?? ''}`;
  if (!URL.canParse(url, origin)) throw new Refusal(400, 'Malformed request URL');
  const { pathname, searchParams } = new URL(url, origin);
  const { handle, id } = findRoute(method, pathname, house.dialect);
  return handle(
    {
      method,
      query: searchParams,
      headers,
      origin,
      readJson: () => readJson(request),
    },
    house,
    id,
  );
}

function refused(error: unknown): Answer {
  if (!(error instanceof Refusal))
    return jsonAnswer({ error: `The sandbox itself failed: ${String(error)}` }, {}, 500);
  const { message, errors, headers, status } = error;
  return jsonAnswer(errors ? { error: message, errors } : { error: message }, headers, status);
}

function send(
  response: ServerResponse,
  { status, headers, body = '', breaks }: Answer,
  headOnly: boolean,
): void {
  if (breaks === 'at once') {
    response.destroy();
    return;
  }
  const length = status === 304 ? {} : { 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { ...length, ...headers });
  if (breaks === 'half way') response.write(body.slice(0, body.length >> 1), () => response.destroy());
  else response.end(headOnly ? undefined : body);
}
