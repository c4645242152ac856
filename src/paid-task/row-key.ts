import { hash } from 'node:crypto';
import type { ImageRequest } from '../request/request.ts';

/** Names each task of a batch by what it asks for: the same file run again gives the same names, in whatever order. */
export function createRowKeys(): (request: ImageRequest, id: string | undefined) => string {
  const seen = new Map<string, number>();
  return (request, id) => {
    const fields = Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1));
    const base = short(JSON.stringify([id ?? null, fields]));
    const nth = (seen.get(base) ?? 0) + 1;
    seen.set(base, nth);
    return nth === 1 ? base : `${base}-${nth}`; // asked for twice, made twice
  };
}

/** The same on every machine: a share of the rows for each of `of` shards, by the row's key; all without shards. */
export function inShard(key: string, shard: Shard | undefined): boolean {
  return shard === undefined || Number.parseInt(short(key).slice(0, 8), 16) % shard.of === shard.index - 1;
}

export interface Shard {
  /** From 1. */
  index: number;
  of: number;
}

/** `2/5`; undefined where it is none. */
export function parseShard(text: string): Shard | undefined {
  const [, index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  return index !== undefined && of !== undefined && index >= 1 && index <= of ? { index, of } : undefined;
}

function short(text: string): string {
  return hash('sha256', text, 'buffer').toString('hex', 0, 8); // a slice of the whole would keep the whole in memory
}
