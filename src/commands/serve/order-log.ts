import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type AppendFile, nodeFiles as files } from '../../disk/files.ts';
import { parseJson } from '../../json.ts';

/** An order whose answer did not reach its client yet, as far as the disk knows. */
interface LoggedOrder {
  /** Names its tasks in the record. */
  batch: string;
  /** The request: the same `Idempotency-Key` must not name another one. */
  asks: string;
  /** When it came, in milliseconds since 1970. */
  at: number;
}

/** Remembers orders until their answer was delivered, so that one that is sent again finds its tasks. */
export interface OrderLog {
  find(name: string): LoggedOrder | undefined;
  /** Until it is `written`, nothing of it may be bought. Orders that come together share one flush of the disk. */
  add(name: string, asks: string): { batch: string; written: Promise<void> };
  /** Forgets an order that was delivered. */
  remove(name: string): Promise<void>;
}

/** Files that nobody has written to for so long are removed. */
const longestMs = 7 * 24 * 3_600_000;

/** Opens the log in the state folder; without one, orders are remembered in memory alone. */
export async function openOrderLog(state: string | undefined, now: () => number): Promise<OrderLog> {
  const folder = join(state ?? '', 'serve');
  const orders = state === undefined ? new Map<string, LoggedOrder>() : await readAll(folder, now());
  let own: Promise<AppendFile> | undefined;

  async function file(): Promise<AppendFile> {
    if (own && (await own).place() !== 'own') own = undefined; // the state folder was deleted
    own ??= open();
    return await own;
  }

  async function open(): Promise<AppendFile> {
    try {
      const path = join(folder, `${randomBytes(8).toString('hex')}.jsonl`);
      await files.makeFolder(folder);
      await files.write(path, '');
      return await files.openAppend(path);
    } catch (error) {
      own = undefined; // the next order may be luckier
      throw error;
    }
  }

  return {
    find: (name) => orders.get(name),
    add(name, asks) {
      const order = { batch: randomBytes(8).toString('hex'), asks, at: now() };
      orders.set(name, order);
      return { batch: order.batch, written: state === undefined ? Promise.resolve() : write({ name, ...order }) };
    },
    async remove(name) {
      const batch = orders.get(name)?.batch;
      orders.delete(name);
      // Where it is lost, the same request brings the same picture again.
      if (state !== undefined) (await file()).appendNow(`${JSON.stringify({ delivered: batch })}\n`);
    },
  };

  async function write(order: LoggedOrder & { name: string }): Promise<void> {
    try {
      await (await file()).append(`${JSON.stringify(order)}\n`);
    } catch (error) {
      orders.delete(order.name);
      throw error;
    }
  }
}

/** Reads what earlier servers left. Lines that are damaged are skipped. */
async function readAll(folder: string, now: number): Promise<Map<string, LoggedOrder>> {
  const orders = new Map<string, LoggedOrder>();
  const delivered = new Set<unknown>();
  for (const name of await files.list(folder).catch(() => [])) {
    const path = join(folder, name);
    const facts = await files.facts(path);
    if (facts && now - facts.writtenMs > longestMs) await files.remove(path);
    else for (const line of ((await files.read(path)) ?? '').split('\n')) read(parseJson(line));
  }
  for (const [name, { batch }] of orders) if (delivered.has(batch)) orders.delete(name);
  return orders;

  function read(line: unknown): void {
    const { name, batch, asks, at, delivered: done } = (line ?? {}) as Record<string, unknown>;
    if (done !== undefined) delivered.add(done);
    if (typeof name !== 'string' || typeof batch !== 'string' || typeof asks !== 'string') return;
    const before = orders.get(name);
    if (typeof at === 'number' && !(before && before.at > at)) orders.set(name, { batch, asks, at });
  }
}
