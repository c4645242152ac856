import { createHash } from 'node:crypto';
import type { Fields } from './order.ts';
import { type Canvas, paintLandscape } from './picture/landscape.ts';
import { fitText, write } from './picture/lettering.ts';

const scales: Readonly<Record<string, number>> = { '2k': 2, '4k': 3 };

/**
 * Draws a landscape with the prompt on it. The same fields give the same bytes, any others another picture.
 * @param index which of the task's pictures it is, from 0
 */
export function drawPicture(fields: Fields, sources: readonly string[] = [], index = 0): Canvas {
  const { prompt, model, seed, aspect_ratio: ratio, output_resolution: resolution = '' } = fields;
  const [width, height] = sizeOf(ratio, scales[resolution] ?? 1);
  const canvas = { width, height, pixels: new Uint8Array(width * height * 3) };
  paintLandscape(canvas, drawsFrom(JSON.stringify([prompt, model, seed ?? null, ratio ?? null, index, sources])));

  const unit = Math.min(width, height);
  const margin = unit * 0.06;
  const { lines, size } = fitText(prompt, width - 2 * margin, unit);
  for (const [row, line] of lines.toReversed().entries())
    write(canvas, line, margin, height - unit * 0.11 - size * (0.2 + 1.4 * row), size);
  const told = [model, ratio ?? [], seed === undefined ? [] : `seed ${seed}`, index > 0 ? `no. ${index + 1}` : []];
  write(canvas, told.flat().join(' · '), margin, height - margin, unit * 0.024);

  // A red tag: nobody shall take the picture for one that was paid for.
  const left = Math.round(width - unit * 0.41);
  for (let y = 0; y < unit * 0.08; y++)
    for (let x = left; x < left + unit * 0.35; x++) canvas.pixels.set([200, 75, 61], (y * width + x) * 3);
  write(canvas, 'S A N D B O X', left + unit * 0.031, unit * 0.056, unit * 0.045);
  return canvas;
}

/** For the ratios of Imagen these are its sizes: whole squares of 128 pixels. */
function sizeOf(ratio: string | undefined, scale: number): [number, number] {
  const [, across = 1, down = 1] = (/^(\d+):(\d+)$/.exec(ratio ?? '') ?? []).map(Number);
  const side = Math.sqrt(Math.min(4, Math.max(0.25, across / down || 1)));
  return [Math.round(8.45 * side) * 128 * scale, Math.round(8.45 / side) * 128 * scale];
}

/** Makes random numbers (mulberry32), 0 to below 1, the same for the same text: every run can be repeated. */
export function drawsFrom(text: string): () => number {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32;
  };
}
