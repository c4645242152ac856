import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Refusal } from './call.ts';
import { drawsFrom } from './draws.ts';
import type { SandboxModel } from './models.ts';
import type { Order } from './order.ts';

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
  id: string;
  name: string;
  size: number;
  type?: string;
  checksum?: string;
  bytes?: Uint8Array | undefined;
  /** Where it stands instead. */
  link?: string | undefined;
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

/** All that a sandbox remembers, in memory, with its clock and its rules. */
export interface TaskBook {
  /** Enters a new task. */
  enter(entry: Entry): SandboxTask;
  /**
   * Finds the task that was entered with this key.
   *
   * @throws {Refusal} 409 if the key came with another body
   */
  replay(apiKey: string, idempotencyKey: string, body: unknown): SandboxTask | undefined;
  /** By their ids. */
  tasks: ReadonlyMap<string, SandboxTask>;
  /** Returns true once for each mark. */
  isFirstTry(mark: string): boolean;
  now(): number;
  billing: Billing;
  /** What is sold. */
  shop: readonly SandboxModel[];
  /** Pictures that were uploaded, by their ids. */
  uploads: Map<string, Upload>;
}

/** Tells costs as the service does now (`usage`, in dollars) or as it did before (`billing`, in cents). */
export type Billing = 'new' | 'old';

interface Rules extends Pick<TaskBook, 'billing' | 'now' | 'shop'> {
  latencyMs: number;
  failRate: number;
}

export function openTaskBook({ latencyMs, failRate, billing, now, shop }: Rules): TaskBook {
  const tasks = new Map<string, SandboxTask>();
  const byKey = new Map<string, { task: SandboxTask; body: unknown }>();
  const tried = new Set<string>();
  return {
    enter({ apiKey, idempotencyKey: key, order, body, createdAtMs, ...given }) {
      const mark = `${apiKey} ${key}`;
      const usual = given.id ?? taskId(given.dialect, key);
      const id = tasks.has(usual) ? taskId(given.dialect, mark) : usual;
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
    },
    replay(apiKey, idempotencyKey, body) {
      const known = byKey.get(`${apiKey} ${idempotencyKey}`) ?? byKey.get(`${anyKey} ${idempotencyKey}`);
      if (known && !isDeepStrictEqual(known.body, body))
        throw new Refusal(409, 'Idempotency-Key was already used with a different request body');
      return known?.task;
    },
    tasks,
    isFirstTry(mark) {
      const isFirst = !tried.has(mark);
      tried.add(mark);
      return isFirst;
    },
    now,
    billing,
    shop,
    uploads: new Map(),
  };
}

/** Instead of an API key: the key that a restored task was posted with is not known. */
export const anyKey = '*';

export type Progress = 'pending' | 'processing' | 'completed' | 'failed';

/** Tells the state of a task: pending for a fifth of its time, then processing until it ends. */
export function progressOf({ createdAtMs, endsAtMs, reason }: SandboxTask, nowMs: number): Progress {
  if (nowMs >= endsAtMs) return reason === undefined ? 'completed' : 'failed';
  return nowMs - createdAtMs < Math.min((endsAtMs - createdAtMs) / 5, 1000) ? 'pending' : 'processing';
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
