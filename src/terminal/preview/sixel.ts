import { image2sixel } from 'sixel/lib/SixelEncoder.js';
import type { Pixels } from '../../image/pixels.ts';
import { shrink } from '../../image/shrink.ts';
import type { Cells } from './cells.ts';

/** Sixels are pixels of the screen. Few cells are narrower than this, so that the picture is not cut. */
const cellWidth = 8;
const mostColours = 256;

/** The picture as sixels, small enough for the cells. */
export function sixel(pixels: Pixels, { columns }: Cells): string {
  const width = Math.min(pixels.width, columns * cellWidth);
  const height = Math.max(1, Math.round((width * pixels.height) / pixels.width));
  const { data } = shrink(pixels, { width, height });
  return image2sixel(data, width, height, mostColours, 1);
}
