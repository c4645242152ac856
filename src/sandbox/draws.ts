import { createHash } from 'node:crypto';

/** Returns the next number, 0 to below 1. */
export type Draw = () => number;

/** Makes random numbers that are the same for the same text, so that every run can be repeated. */
export function drawsFrom(text: string): Draw {
  const digest = createHash('sha256').update(text).digest();
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let count = digest.readUInt32LE(12);
  // sfc32: small, fast, and good enough for pictures and for shares.
  return () => {
    const next = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + next) | 0;
    return (next >>> 0) / 4294967296;
  };
}

/** Picks one of the list, each as likely. */
export function pick<Item>(draw: Draw, list: readonly [Item, ...Item[]]): Item {
  return list[Math.floor(draw() * list.length)] ?? list[0];
}
