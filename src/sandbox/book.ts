import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Answer, type Call, keyOf, keyWithoutCredits, Refusal } from './answer.ts';
import type { Order } from './order.ts';
import { drawsFrom } from './picture.ts';
import { openShop, type ShopOptions } from './shop.ts';

export interface SandboxTask {
  id: string;
  order: Order;
  createdAtMs: number;
  /** Infinity for a task that never ends. */
  endsAtMs: number;
  /** Why it fails; undefined if it completes. */
  reason: string | undefined;
}

/** A picture that was announced, and its bytes once they came. */
export interface Upload {
  name: string;
  size: number;
  type: string;
  checksum?: string;
  bytes?: Buffer;
  /** Where it stands instead. */
  link?: string;
  createdAtMs: number;
}

interface Entry {
  /** The id of a new task, if it was given before; otherwise it follows from the key and the dialect. */
  id?: string | undefined;
  dialect: 'guide' | 'service';
  /** Whose idempotency key it is: each API key has its own. */
  apiKey: string;
  idempotencyKey: string | undefined;
  order: Order;
  /** The posted body: a replay must repeat it. */
  body: unknown;
  createdAtMs: number;
}

export interface Rules extends ShopOptions {
  /** Milliseconds until a task ends, give or take a fifth, the same for the same task. 1500 by default. */
  latencyMs?: number | undefined;
  /** Share of the tasks that fail, 0 to 1; which ones depends on their idempotency keys. 0 by default. */
  failRate?: number | undefined;
  /** How costs are told: `usage` in dollars, or `billing` as before 28 September 2026. New by default. */
  billing?: 'new' | 'old' | undefined;
  /** Milliseconds since 1970. All that happens over time is computed from it. */
  now(): number;
}

/** All that a sandbox remembers, in memory, with its clock and its rules. */
export type Book = ReturnType<typeof openBook>;

/** Instead of an API key: the key that a restored task was posted with is not known. */
export const anyKey = '*';

export function openBook({ latencyMs = 1500, failRate = 0, billing = 'new', now, ...shop }: Rules) {
  const tasks = new Map<string, SandboxTask>();
  const byKey = new Map<string, { task: SandboxTask; body: unknown }>();
  const tried = new Set<string>();
  const uploads = new Map<string, Upload>();

  /** Enters a new task. */
  function enter({ apiKey, idempotencyKey: key, order, body, createdAtMs, dialect, id: given }: Entry): SandboxTask {
    const mark = `${apiKey} ${key}`;
    const usual = given ?? taskId(dialect, key);
    const id = tasks.has(usual) ? taskId(dialect, mark) : usual;
    const fate = drawsFrom(`fate ${key ?? JSON.stringify(body)}`)();
    const ordered = order.faults.has('fail') ? 'The prompt ordered this failure.' : undefined;
    const delayMs = Math.round(latencyMs * (0.8 + 0.4 * drawsFrom(id)()));
    const task = {
      id,
      order,
      createdAtMs,
      endsAtMs: order.faults.has('slow') ? Number.POSITIVE_INFINITY : createdAtMs + delayMs,
      reason: fate < failRate ? 'Failed by --fail-rate.' : ordered,
    };
    tasks.set(id, task);
    if (key !== undefined) byKey.set(mark, { task, body });
    return task;
  }

  /**
   * Finds the task that was entered with this key.
   *
   * @throws {Refusal} 409 if the key came with another body
   */
  function replay(apiKey: string, idempotencyKey: string, body: unknown): SandboxTask | undefined {
    const known = byKey.get(`${apiKey} ${idempotencyKey}`) ?? byKey.get(`${anyKey} ${idempotencyKey}`);
    if (known && !isDeepStrictEqual(known.body, body))
      throw new Refusal(409, 'Idempotency-Key was already used with a different request body');
    return known?.task;
  }

  /** Returns true once for each mark. */
  function isFirstTry(mark: string): boolean {
    const isFirst = !tried.has(mark);
    tried.add(mark);
    return isFirst;
  }

  return { enter, replay, isFirstTry, tasks, uploads, now, billing, shop: openShop(shop) };
}

/**
 * Derives the id from the key, so that a task is known again after the sandbox that accepted it has ended. RunAPI's own
 * clients poll nothing but UUIDs in the dialect of the service.
 */
function taskId(dialect: 'guide' | 'service', key = randomUUID() as string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  if (dialect === 'guide') return `tsk_${hex.slice(0, 12)}`;
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5');
}

export type Progress = 'pending' | 'processing' | 'completed' | 'failed';

/** Tells the state of a task: pending for a fifth of its time, then processing until it ends. */
export function progressOf({ createdAtMs, endsAtMs, reason }: SandboxTask, nowMs: number): Progress {
  if (nowMs >= endsAtMs) return reason === undefined ? 'completed' : 'failed';
  return nowMs - createdAtMs < Math.min((endsAtMs - createdAtMs) / 5, 1000) ? 'pending' : 'processing';
}

/** Play money for 12,500 pictures of the standard model. */
const paidCents = 90_000;
const bonusCents = 10_000;
const dayMs = 86_400_000;

/** Tells what is left after all tasks but the failed ones, which are free. Days are those of UTC. */
export function balanceOf(book: Book) {
  const now = book.now();
  const paid = [...book.tasks.values()].filter((task) => progressOf(task, now) !== 'failed');
  const sum = (since: number): number =>
    paid.reduce((cents, task) => cents + (task.createdAtMs >= since ? task.order.cents : 0), 0);
  const total = sum(Number.NEGATIVE_INFINITY);
  const fromBonus = Math.min(total, bonusCents);
  return {
    balance_cents: paidCents + bonusCents - total,
    paid_balance_cents: paidCents - (total - fromBonus),
    bonus_balance_cents: bonusCents - fromBonus,
    spent_cents_today: sum(Math.floor(now / dayMs) * dayMs),
    spent_cents_total: total,
  };
}

export function showBalance(call: Call, book: Book): Answer {
  const balance = balanceOf(book);
  if (keyOf(call) !== keyWithoutCredits) return { body: balance };
  return { body: Object.fromEntries(Object.keys(balance).map((name) => [name, 0])) };
}

export function showAccount(call: Call): Answer {
  keyOf(call);
  const account = { id: 1, name: 'Sandbox', tier: 'sandbox' };
  return { body: { id: 1, name: 'Sandbox', email: 'sandbox@localhost', account } };
}
