import { createHash } from 'node:crypto';

/** Returns the next number, 0 to below 1. */
export type Draw = () => number;

/** Makes random numbers (mulberry32) that are the same for the same text, so that every run can be repeated. */
export function drawsFrom(text: string): Draw {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks one of the list, each as likely. */
export function pick<Item>(draw: Draw, list: readonly [Item, ...Item[]]): Item {
  return list[Math.floor(draw() * list.length)] ?? list[0];
}
