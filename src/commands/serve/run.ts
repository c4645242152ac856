import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import { jsonLine } from '../../json.ts';
import { models } from '../../request/models.ts';
import { formatDuration } from '../../task/duration.ts';
import { amountText } from '../../task/money.ts';
import { checkSender, checkToken, readToken } from './access.ts';
import { sendFile, sendPictures } from './answer.ts';
import { ApiError, fromReport, sendError } from './api-error.ts';
import { openOrders } from './orders.ts';
import { mostJsonBytes, type PictureOrder, readEdit, readGeneration } from './read-request.ts';
import { openSentPictures } from './sent-pictures.ts';
import { readServeSettings, type ServeFlags } from './settings.ts';

/** What the server tells of a request that it answered. No prompt, no key, no token. */
interface Logged {
  method: string;
  path: string;
  status: number;
  elapsed_ms: number;
  /** How much of it was the engine's: it records, sends, polls and saves. */
  engine_ms?: number;
  model?: string;
  pictures?: number;
  cents?: number | undefined;
  task_ids?: string[];
  /** Another request had begun it. */
  joined?: boolean;
  error?: string;
}

const limits = { requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 1000 };
const mostConnections = 1024;

/** Serves until a signal stops it. stdout stays empty; with --json the lines on stderr are JSON. */
export async function serve(context: Context, flags: ServeFlags): Promise<number> {
  const settings = readServeSettings(context, flags);
  const { world, reporter } = context;
  const { clock } = world;
  const { token, path } = await readToken(world, flags.tokenFile);
  await prepareTarget(context, settings.target);
  const pictures = await openSentPictures(context);
  const orders = await openOrders(context, settings, pictures);
  await orders.use(async () => undefined); // a missing key is told at once
  const url = await listen();
  world.onStop((signal) => lastLine(orders.abandon(signal)));
  if (flags.json) say({ url: `${url}/v1`, token_file: path });
  else {
    reporter.note(`Serving ${url}/v1, pictures in ${settings.target.folder}`);
    reporter.note(`The API key for clients is the token in ${path}. Press Ctrl-C to stop.`);
  }
  orders
    .use((desk) => desk.takeUpLeft())
    .catch((error) => reporter.warn(`cannot take up unfinished tasks: ${error.message}`));
  await new Promise(() => undefined); // a signal ends it
  return 0;

  /** Starts to listen and returns the server's own address. Throws `validation` where it cannot. */
  async function listen(): Promise<string> {
    const { host, port } = settings;
    const server = createServer(limits, (request, response) => void answer(request, response));
    server.maxConnections = mostConnections;
    await new Promise<void>((listening, refused) => {
      server.once('error', (cause: NodeJS.ErrnoException) => refused(cannotListen(host, port, cause)));
      server.listen(port, host, () => listening());
    });
    return `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = clock.monotonic();
    const [path = ''] = (request.url ?? '').split('?');
    const line: Logged = { method: request.method ?? '', path: shown(path), status: 0, elapsed_ms: 0 };
    try {
      checkSender(request, settings.host);
      if (request.method === 'GET' && path.startsWith('/files/'))
        await orders.use((desk) => sendFile(response, path, desk.context, token));
      else {
        checkToken(request, token);
        await route(path, request, response, line);
      }
    } catch (error) {
      if (!request.complete && !response.headersSent) refuseRest(request, response);
      line.error = response.headersSent ? 'client_closed' : sendError(response, error);
    }
    line.status = response.statusCode;
    line.elapsed_ms = Math.round(clock.monotonic() - began);
    if (flags.json) say({ at: new Date(clock.now()).toISOString(), ...line });
    else reporter.note(textOf(line));
  }

  function say(object: object): void {
    void world.stderr.write(`${jsonLine(object)}\n`);
  }

  async function route(path: string, request: IncomingMessage, response: ServerResponse, line: Logged): Promise<void> {
    switch (`${request.method} ${path}`) {
      case 'GET /v1/models': {
        const names = [...models, ...settings.aliases.keys()];
        const data = names.map((id) => ({ id, object: 'model', created: 0, owned_by: 'runapi' }));
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
        return;
      }
      case 'POST /v1/images/generations':
        return await sendOrder(await readGeneration(request, settings), request, response, line);
      case 'POST /v1/images/edits':
        return await sendOrder(await readEdit(request, settings, pictures), request, response, line);
      default:
        throw new ApiError(404, 'not_found', 'Not served here: POST /v1/images/generations or edits, GET /v1/models');
    }
  }

  /** Waits for the pictures as long as they take. A client that went away finds them when it asks again. */
  async function sendOrder(
    order: PictureOrder,
    { headers }: IncomingMessage,
    response: ServerResponse,
    line: Logged,
  ): Promise<void> {
    line.model = order.request.model;
    const { joined, left, made } = await orders.take(order);
    if (response.destroyed) void left(false);
    else response.once('close', () => void left(response.writableFinished));
    const { reports, engineMs } = await made;
    // Another answer has told the cost of a task that was joined.
    const good = reports
      .filter(({ error }) => error === null)
      .map((each) => (joined ? { ...each, reused: true } : each));
    const paid = good.flatMap(({ reused, cost }) => (reused ? [] : cost?.charged_cents));
    Object.assign(line, {
      pictures: good.reduce((sum, { images }) => sum + images.length, 0),
      engine_ms: Math.max(0, Math.round(engineMs)),
      cents: paid.includes(null) ? undefined : paid.reduce<number>((sum, cents) => sum + (cents ?? 0), 0),
      task_ids: reports.flatMap(({ task_id }) => task_id ?? []),
      ...(joined && { joined }),
    });
    const failed = reports.find(({ error }) => error !== null);
    if (failed?.error) line.error = failed.error.code;
    if (failed?.error && good.length === 0) throw fromReport(failed.error, failed.task_id);
    const urlOf = order.wantsUrls ? (path: string): string => `http://${headers.host}${path}` : undefined;
    await sendPictures(response, good, { now: clock.now(), token, urlOf });
  }
}

/** Reads what is left of a small body: a client that still sends would miss the answer otherwise. */
function refuseRest(request: IncomingMessage, response: ServerResponse): void {
  if (Number(request.headers['content-length'] ?? Number.NaN) <= mostJsonBytes) request.resume();
  else response.setHeader('connection', 'close');
}

/** A path as it is logged: one of ours, or that it was none. */
function shown(path: string): string {
  if (path.startsWith('/files/')) return '/files/…';
  return /^\/v1\/(models|images\/(generations|edits))$/.test(path) ? path : '(other)';
}

function textOf({ method, path, status, elapsed_ms, model, pictures, cents, task_ids, joined, error }: Logged): string {
  const facts = [
    `${method} ${path} ${status}`,
    formatDuration(elapsed_ms),
    model,
    pictures !== undefined && `${pictures} ${pictures === 1 ? 'picture' : 'pictures'}`,
    cents !== undefined && cents > 0 && amountText(cents),
    joined && 'joined',
    task_ids?.join(', '),
    error,
  ];
  return facts.filter(Boolean).join(' · ');
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): Failure {
  const reason = cause.code === 'EADDRINUSE' ? 'the port is taken' : (cause.code ?? cause.message);
  return new Failure('validation', `cannot listen on ${host}, port ${port}: ${reason}`, {
    hint: 'Choose another port with --port, or --port 0 for any free one',
    cause,
  });
}

function lastLine(left: number): string {
  if (left === 0) return 'Stopped.';
  return `Stopped: ${left === 1 ? 'one task goes on' : `${left} tasks go on`}. The next start takes up what is left.`;
}
