import { createHash, randomBytes } from 'node:crypto';
import { drawsFrom } from './draws.ts';
import type { Order } from './order.ts';
import { priceCents } from './price-list.ts';
import { Refusal } from './refusal.ts';

export interface SandboxTask {
  id: string;
  order: Order;
  createdAtMs: number;
  /** Infinity for a task that never ends. */
  endsAtMs: number;
  /** Why it fails; undefined where it completes. */
  reason: string | undefined;
  priceCents: number;
}

interface Entry {
  idempotencyKey: string | undefined;
  order: Order;
  /** The body that the order stood in: what a replay must repeat. */
  body: unknown;
  createdAtMs: number;
}

/** All tasks of this sandbox, kept in memory. */
export interface TaskBook {
  /**
   * Enters a task, or finds the one that was entered with this key.
   *
   * @throws {Refusal} 409 where the key came with another body
   */
  enter(entry: Entry): { task: SandboxTask; replayed: boolean };
  knows(idempotencyKey: string | undefined): boolean;
  find(id: string): SandboxTask | undefined;
  all(): Iterable<SandboxTask>;
}

export function openTaskBook(rules: { latencyMs: number; failRate: number }): TaskBook {
  const tasks = new Map<string, SandboxTask>();
  const bodies = new Map<string, string>();
  return {
    enter({ idempotencyKey, order, body, createdAtMs }) {
      const fingerprint = canonical(body);
      const id = taskId(idempotencyKey);
      const known = tasks.get(id);
      if (known && bodies.get(id) !== fingerprint) {
        throw new Refusal(409, 'Idempotency-Key was already used with a different request body');
      }
      if (known) return { task: known, replayed: true };
      const fate = drawsFrom(`fate ${idempotencyKey ?? fingerprint}`)();
      const task = {
        id,
        order,
        createdAtMs,
        endsAtMs: order.faults.has('slow')
          ? Number.POSITIVE_INFINITY
          : createdAtMs + jittered(rules.latencyMs, id),
        reason: fate < rules.failRate ? 'Failed by --fail-rate.' : orderedReason(order),
        priceCents: priceCents[order.model],
      };
      tasks.set(id, task);
      bodies.set(id, fingerprint);
      return { task, replayed: false };
    },
    knows: (idempotencyKey) => idempotencyKey !== undefined && tasks.has(taskId(idempotencyKey)),
    find: (id) => tasks.get(id),
    all: () => tasks.values(),
  };
}

function orderedReason({ faults }: Order): string | undefined {
  return faults.has('fail') ? 'The prompt ordered this failure.' : undefined;
}

/** The same key gives the same id in every process, so that a task outlives the sandbox that accepted it. */
function taskId(idempotencyKey: string | undefined): string {
  const name = idempotencyKey ?? randomBytes(16).toString('hex');
  return `tsk_${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}

function jittered(milliseconds: number, id: string): number {
  return Math.round(milliseconds * (0.8 + 0.4 * drawsFrom(id)()));
}

/** The same text for the same values, in whatever order the fields stand. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
