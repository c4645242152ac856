import { encode } from 'fast-png';
import { drawsFrom } from './draws.ts';
import { paintLandscape } from './picture/landscape.ts';
import { fitText, write } from './picture/lettering.ts';

/** What a picture depends on: the same four give the same bytes, any other four another picture. */
export interface PictureOrder {
  prompt: string;
  model: string;
  seed: number | undefined;
  ratio: string | undefined;
}

const sizes = { '16:9': [1408, 768], '9:16': [768, 1408], '4:3': [1280, 896], '3:4': [896, 1280] };

/** Draws a landscape with the prompt on it, as a PNG of the size that Imagen gives for the ratio. */
export function drawPicture({ prompt, model, seed, ratio }: PictureOrder): Uint8Array {
  const [, [width = 1024, height = 1024] = []] = Object.entries(sizes).find(([name]) => name === ratio) ?? [];
  const canvas = { width, height, pixels: new Uint8Array(width * height * 3) };
  paintLandscape(canvas, drawsFrom(JSON.stringify([prompt, model, seed ?? null, ratio ?? null])));

  const unit = Math.min(width, height);
  const margin = unit * 0.06;
  const { lines, size } = fitText(prompt, width - 2 * margin, unit);
  for (const [index, line] of lines.toReversed().entries())
    write(canvas, line, margin, height - unit * 0.11 - size * (0.2 + 1.4 * index), size);
  const facts = [model, ratio ?? [], seed === undefined ? [] : `seed ${seed}`].flat().join(' · ');
  write(canvas, facts, margin, height - margin, unit * 0.024);

  // A red tag: nobody shall take the picture for one that was paid for.
  const left = Math.round(width - unit * 0.41);
  for (let y = 0; y < unit * 0.08; y++)
    for (let x = left; x < left + unit * 0.35; x++) canvas.pixels.set([200, 75, 61], (y * width + x) * 3);
  write(canvas, 'S A N D B O X', left + unit * 0.031, unit * 0.056, unit * 0.045);
  return encode({ width, height, data: canvas.pixels, channels: 3, depth: 8 }, { zlib: { level: 1 } });
}
