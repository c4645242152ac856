import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AppendFile } from '../../disk/append-file.ts';
import { nodeFiles as files } from '../../disk/files.ts';
import { parseJson } from '../../json.ts';

/** An answer that nobody fetched for so long is not what somebody means who asks the same again. */
const undeliveredMs = 24 * 3_600_000;

/**
 * Remembers orders until their answer was delivered, so that one that is sent again finds its tasks. All servers of a
 * state folder add to the same file, and of two that add the same order at once, the first in that file counts. Without
 * a state folder, orders are remembered in memory alone.
 */
export async function openOrderLog(state: string | undefined, now: () => number) {
  const folder = state === undefined ? undefined : join(state, 'serve');
  const orders = new Map<string, { asks: string; at: number }>();
  /** How much of each file was read. */
  const read = new Map<string, number>();
  let own: Promise<{ path: string; file: AppendFile }> | undefined;

  /** Opens the file of the day: a file of all days would grow without end. One at a time, so that all share it. */
  async function openIn(place: string): Promise<AppendFile> {
    const before = own;
    own = (async () => {
      const last = await before?.catch(() => undefined);
      const path = join(place, `${new Date(now()).toISOString().slice(0, 10)}.jsonl`);
      if (last?.path === path && last.file.place() === 'own') return last;
      last?.file.close().catch(() => undefined);
      await files.makeFolder(place);
      await files.add(path, '');
      return { path, file: await files.openAppend(path) };
    })();
    return (await own).file;
  }

  /** Reads what was added since, by this server or another. */
  function catchUp(): void {
    for (const path of folder === undefined ? [] : filesIn(folder)) {
      const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
      if (now() - mtimeMs > 2 * undeliveredMs) {
        rmSync(path, { force: true });
        read.delete(path);
      } else if (size !== read.get(path)) readOn(path, size);
    }
    for (const [batch, { at }] of orders) {
      if (now() - at < undeliveredMs) break;
      orders.delete(batch);
    }
  }

  function readOn(path: string, size: number): void {
    const known = read.get(path) ?? 0;
    const from = known > size ? 0 : known; // the folder was deleted and made anew
    const bytes = readFileSync(path).subarray(from);
    const end = bytes.lastIndexOf('\n') + 1;
    read.set(path, from + end);
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      const { batch, asks, at, delivered } = (parseJson(line) ?? {}) as Record<string, unknown>;
      if (typeof delivered === 'string') orders.delete(delivered);
      if (typeof batch === 'string' && typeof asks === 'string' && typeof at === 'number')
        orders.set(batch, { asks, at });
    }
  }

  // Not while the first clients wait. Where it cannot be opened, each order tells.
  if (folder !== undefined) await openIn(folder).catch(() => undefined);
  catchUp();
  return {
    /** Returns the names of the orders that ask for this, oldest first. */
    undelivered(asks: string): string[] {
      catchUp();
      return [...orders].flatMap(([batch, order]) => (order.asks === asks ? batch : []));
    },

    /** Until it is `written`, nothing of it may be bought. Orders that come together share one flush of the disk. */
    async add(asks: string): Promise<{ batch: string; written: Promise<void> }> {
      const batch = randomBytes(8).toString('hex');
      const order = { asks, at: now() };
      if (folder === undefined) {
        orders.set(batch, order);
        return { batch, written: Promise.resolve() };
      }
      const written = (await openIn(folder)).append(`${JSON.stringify({ batch, ...order })}\n`);
      written.catch(() => orders.delete(batch));
      return { batch, written };
    },

    /** Forgets an order that was delivered. */
    async remove(batch: string): Promise<void> {
      orders.delete(batch);
      // Where it is lost, the same request brings the same picture again.
      if (folder !== undefined) (await openIn(folder)).appendNow(`${JSON.stringify({ delivered: batch })}\n`);
    },
  };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return []; // it is made with the first order
  }
}
