import { crc32, deflateSync } from 'node:zlib';
import { drawsFrom } from './draws.ts';
import { paintLandscape } from './picture/landscape.ts';
import { fitText, write } from './picture/lettering.ts';

/** What a picture depends on: the same facts give the same bytes, any others another picture. */
export interface PictureOrder {
  prompt: string;
  model: string;
  seed: number | undefined;
  ratio: string | undefined;
  resolution?: string | undefined;
  /** Which of the task's pictures it is, from 0. */
  index?: number;
  /** The average colours of the pictures that it is made from. */
  colours?: ReadonlyArray<readonly [red: number, green: number, blue: number]>;
}

export interface Pixels {
  width: number;
  height: number;
  /** Red, green and blue of each. */
  pixels: Uint8Array;
}

const sizes: Readonly<Record<string, readonly [number, number]>> = {
  '16:9': [1408, 768],
  '9:16': [768, 1408],
  '4:3': [1280, 896],
  '3:4': [896, 1280],
};
const scales: Readonly<Record<string, number>> = { '2k': 2, '4k': 3 };

/** Draws a landscape with the prompt on it, and the colours of the pictures that it is made from in a row. */
export function drawPicture({ prompt, model, seed, ratio, resolution, index = 0, colours = [] }: PictureOrder): Pixels {
  const [width, height] = sizeOf(ratio, scales[resolution ?? ''] ?? 1);
  const canvas = { width, height, pixels: new Uint8Array(width * height * 3) };
  const facts = [prompt, model, seed ?? null, ratio ?? null];
  const more = index > 0 || colours.length > 0 ? [index, colours] : [];
  paintLandscape(canvas, drawsFrom(JSON.stringify([...facts, ...more])));

  const unit = Math.min(width, height);
  const margin = unit * 0.06;
  const { lines, size } = fitText(prompt, width - 2 * margin, unit);
  for (const [row, line] of lines.toReversed().entries())
    write(canvas, line, margin, height - unit * 0.11 - size * (0.2 + 1.4 * row), size);
  const told = [model, ratio ?? [], seed === undefined ? [] : `seed ${seed}`, index > 0 ? `no. ${index + 1}` : []];
  write(canvas, told.flat().join(' · '), margin, height - margin, unit * 0.024);

  const side = unit * 0.09;
  for (const [at, colour] of colours.entries()) fill(canvas, margin + at * side * 1.2, margin, side, side, colour);

  // A red tag: nobody shall take the picture for one that was paid for.
  const left = Math.round(width - unit * 0.41);
  fill(canvas, left, 0, unit * 0.35, unit * 0.08, [200, 75, 61]);
  write(canvas, 'S A N D B O X', left + unit * 0.031, unit * 0.056, unit * 0.045);
  return canvas;
}

/** PNG, third edition, §5: eight bits of red, green and blue, each row unfiltered. zlib is faster than any package. */
export function encodePng({ width, height, pixels }: Pixels): Uint8Array {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const line = width * 3;
  const rows = Buffer.alloc(height * (line + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * line, (y + 1) * line), y * (line + 1) + 1);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...chunks]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}

/** The sizes that Imagen gives; for other ratios about as many pixels. */
function sizeOf(ratio: string | undefined, scale: number): [number, number] {
  const [, across = 1, down = 1] = (/^(\d+):(\d+)$/.exec(ratio ?? '') ?? []).map(Number);
  const shape = Math.min(4, Math.max(0.25, across / down || 1));
  const usual = [Math.round(Math.sqrt(shape) * 16) * 64, Math.round(16 / Math.sqrt(shape)) * 64] as const;
  const [width, height] = sizes[ratio ?? ''] ?? usual;
  return [width * scale, height * scale];
}

function fill(
  { width, pixels }: Pixels,
  left: number,
  top: number,
  across: number,
  down: number,
  colour: readonly number[],
): void {
  for (let y = Math.round(top); y < top + down; y++)
    for (let x = Math.round(left); x < left + across; x++) pixels.set(colour, (y * width + x) * 3);
}
