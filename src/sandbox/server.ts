import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../errors.ts';
import { Refusal } from './call.ts';
import { exchange } from './exchange.ts';
import { openShop, type ShopOptions } from './models.ts';
import { readOrder } from './order.ts';
import type { Dialect } from './routes.ts';
import { anyKey, type Billing, openTaskBook, type TaskBook } from './task-book.ts';

export interface SandboxOptions extends ShopOptions {
  /** 0 by default: any free port. */
  port?: number | undefined;
  /** Milliseconds until a task ends, give or take a fifth, the same for the same task. 1500 by default. */
  latencyMs?: number | undefined;
  /** Share of the tasks that fail, 0 to 1; which ones depends on their idempotency keys. 0 by default. */
  failRate?: number | undefined;
  /** Whose task routes exist; those of the other answer 404. Both by default. */
  dialect?: Dialect | undefined;
  /** How costs are told: `usage` in dollars, or `billing` as before 28 September 2026. New by default. */
  billing?: Billing | undefined;
  /** Told of every exchange, a line for each request, answer and body of either. */
  log?: ((line: string) => void) | undefined;
  /** Milliseconds since 1970. All that happens over time is computed from it. */
  now(): number;
}

interface AcceptedTask {
  /** The id that it was given, if it is known. */
  id?: string | undefined;
  idempotencyKey: string;
  /** The JSON body that was posted. */
  request: unknown;
  createdAtMs: number;
}

export interface Sandbox {
  /** Base URL, without a slash at its end. */
  url: string;
  /**
   * Enters a task that was posted to another process, as if it had been posted here then; returns its id.
   *
   * @throws {Failure} `validation` for a body that would have been refused
   */
  restore(task: AcceptedTask): string;
  /** Stops the server, and closes open connections. */
  close(): Promise<void>;
}

/**
 * Starts a server that speaks RunAPI's API for pictures, free of charge.
 *
 * @throws {Failure} `validation` if it cannot listen on that port
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port = 0, dialect = 'both', latencyMs = 1500, failRate = 0, billing = 'new', log, now } = options;
  const book = openTaskBook({ latencyMs, failRate, billing, now, shop: openShop(options) });
  const server = createServer((request, response) => void exchange(request, response, { book, dialect, log }));
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    restore: (task) => restore(book, task),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function restore(book: TaskBook, { request: body, ...accepted }: AcceptedTask): string {
  if (accepted.id !== undefined && book.tasks.has(accepted.id)) return accepted.id; // it is this sandbox's own
  try {
    const { idempotencyKey } = accepted;
    const known = book.replay(anyKey, idempotencyKey, body);
    const order = readOrder(body, book.shop);
    return (known ?? book.enter({ ...accepted, apiKey: anyKey, dialect: 'guide', order, body })).id;
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Failure('validation', `the sandbox cannot restore this task: ${cause.message}`, { cause });
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((listening, refused) => {
    server.once('error', (cause: NodeJS.ErrnoException) => refused(cannotListen(port, cause)));
    server.listen(port, '127.0.0.1', () => listening());
  });
}

function cannotListen(port: number, cause: NodeJS.ErrnoException): Failure {
  const { code = '', message } = cause;
  const reason = { EADDRINUSE: 'the port is taken', EACCES: 'that port needs more rights' }[code] ?? message;
  return new Failure('validation', `the sandbox cannot listen on 127.0.0.1, port ${port}: ${reason}`, {
    hint: 'Choose another port with --port, or --port 0 for any free one',
    cause,
  });
}
