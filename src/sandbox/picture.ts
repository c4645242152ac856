import { encode } from 'fast-png';
import { drawsFrom } from './draws.ts';
import { blankCanvas, type Canvas } from './picture/canvas.ts';
import { writeCaption } from './picture/caption.ts';
import { develop } from './picture/develop.ts';
import { paintLandscape } from './picture/landscape.ts';
import { moodFor } from './picture/moods.ts';
import { tieRibbon } from './picture/ribbon.ts';

/** What a picture depends on, and nothing else: the same four give the same bytes, any other four another picture. */
export interface PictureOrder {
  prompt: string;
  model: string;
  seed: number | undefined;
  ratio: string | undefined;
}

/**
 * A landscape as a PNG of the size that Imagen gives for this ratio (pixels): marked as made by the sandbox, with the
 * prompt on it as far as its letters can be drawn.
 */
export function drawPicture(order: PictureOrder): Uint8Array {
  const { prompt, model, seed, ratio } = order;
  const draw = drawsFrom(JSON.stringify([prompt, model, seed ?? null, ratio ?? null]));
  const canvas = blankCanvas(...sizeFor(ratio));
  const mood = moodFor(prompt, draw);
  paintLandscape(canvas, mood, draw);
  writeCaption(canvas, { prompt, facts: factsOf(order), ground: mood.near });
  tieRibbon(canvas, mood.ribbon, mood.ribbonText);
  return pngOf(canvas);
}

function sizeFor(ratio: string | undefined): readonly [number, number] {
  return sizes[ratio ?? '1:1'] ?? square;
}

const square = [1024, 1024] as const;
const sizes: Readonly<Record<string, readonly [number, number]>> = {
  '16:9': [1408, 768],
  '9:16': [768, 1408],
  '4:3': [1280, 896],
  '3:4': [896, 1280],
};

function factsOf({ model, seed, ratio }: PictureOrder): string {
  const facts = [model, ratio, seed === undefined ? undefined : `seed ${seed}`];
  return facts.filter((fact) => fact !== undefined).join(' · ');
}

function pngOf(canvas: Canvas): Uint8Array {
  const { width, height } = canvas;
  // Grain does not compress: a higher level takes twice the time for five per cent.
  return encode({ width, height, data: develop(canvas), channels: 3, depth: 8 }, { zlib: { level: 1 } });
}
