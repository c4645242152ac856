import { Chalk, type ColorSupportLevel } from 'chalk';
import type { Pixels } from '../../image/pixels.ts';
import { shrink } from '../../image/shrink.ts';
import type { Cells } from './cells.ts';

/** The picture as half-blocks: the upper pixel is the letter's colour, the lower one that of its ground. */
export function blocks(pixels: Pixels, { columns, rows }: Cells, level: ColorSupportLevel): string {
  const chalk = new Chalk({ level });
  const { data } = shrink(pixels, { width: columns, height: rows * 2 });
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    let line = '';
    for (let column = 0; column < columns; column++) {
      const [upper, lower] = [2 * row, 2 * row + 1].map((y) => colourAt(data, y * columns + column));
      if (upper && lower) line += chalk.rgb(...upper).bgRgb(...lower)('▀');
    }
    lines.push(line);
  }
  return lines.join('\n');
}

function colourAt(data: Uint8Array, pixel: number): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = data.subarray(pixel * 4, pixel * 4 + 3);
  return [red, green, blue];
}
