import { readFileSync } from 'node:fs';
import { encode } from 'fast-png';

/** One small real picture of each kind that the formats have. */
export const pictures: Picture[] = [
  made('plain.png', encode({ width: 48, height: 27, channels: 3, data: new Uint8Array(48 * 27 * 3).fill(99) })),
  stored('baseline.jpg'),
  stored('progressive.jpg'),
  stored('restarts.jpg'),
  stored('thumbnail.jpg'),
  stored('lossy.webp'),
  stored('lossless.webp'),
  stored('extended.webp'),
  stored('animated.webp'),
  stored('still.gif'),
  stored('animated.gif'),
  stored('still.avif'),
  stored('alpha.avif'),
  stored('animated.avif'),
  { ...stored('grid.avif'), width: 128, height: 64 },
];

export interface Picture {
  name: string;
  ext: string;
  bytes: Buffer;
  width: number;
  height: number;
}

export function picture(name: string): Buffer {
  const found = pictures.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found.bytes;
}

function stored(name: string): Picture {
  return made(name, readFileSync(new URL(`../fixtures/images/${name}`, import.meta.url)));
}

function made(name: string, bytes: Uint8Array): Picture {
  return { name, ext: name.split('.')[1] ?? '', bytes: Buffer.from(bytes), width: 48, height: 27 };
}
