import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { nodeFiles as files } from '../../disk/files.ts';

/** An order whose answer did not reach its client yet, as far as the disk knows. */
export interface Marker {
  /** Names its tasks in the record. */
  batch: string;
  /** What it asks for: the same `Idempotency-Key` must not ask for something else. */
  asks: string;
  isNew: boolean;
}

/** Remembers orders until their answer was delivered, so that one that is sent again finds its tasks. */
export interface Markers {
  /** @param keepsMs how long the order is the same one */
  open(name: string, asks: string, keepsMs: number): Promise<Marker>;
  close(name: string): Promise<void>;
}

const longestMs = 7 * 24 * 3_600_000;

/** @param state the state folder; undefined where nothing is recorded */
export async function openMarkers(state: string | undefined, now: () => number): Promise<Markers> {
  const fresh = (asks: string): Marker => ({ batch: randomBytes(8).toString('hex'), asks, isNew: true });
  if (state === undefined) return { open: async (_, asks) => fresh(asks), close: async () => undefined };
  const folder = join(state, 'serve');
  for (const name of await files.list(folder).catch(() => [])) {
    const facts = await files.facts(join(folder, name));
    if (facts && now() - facts.writtenMs > longestMs) await files.remove(join(folder, name));
  }
  return {
    async open(name, asks, keepsMs) {
      const path = join(folder, name);
      for (;;) {
        const text = await files.read(path);
        const known = text === undefined ? undefined : readMarker(text);
        if (known && now() - known.at < keepsMs) return { ...known, isNew: false };
        if (text !== undefined) await files.remove(path);
        else await files.makeFolder(folder);
        const marker = fresh(asks);
        if (await files.create(path, JSON.stringify({ batch: marker.batch, asks, at: now() }))) return marker;
      }
    },
    close: (name) => files.remove(join(folder, name)),
  };
}

function readMarker(text: string): { batch: string; asks: string; at: number } | undefined {
  try {
    const { batch, asks, at } = JSON.parse(text);
    const isWhole = /^[0-9a-f]{16}$/.test(batch) && typeof asks === 'string' && Number.isFinite(at);
    return isWhole ? { batch, asks, at } : undefined;
  } catch {
    return undefined; // damaged: the order is a new one
  }
}
