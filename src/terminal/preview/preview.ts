import { supportsColorStderr } from 'chalk';
import type { PixelSize } from '../../image/pixel-size.ts';
import { readPixels } from '../../image/pixels.ts';
import { blocks } from './blocks.ts';
import { type Cells, cellsFor } from './cells.ts';
import { graphicsOf } from './graphics.ts';
import { iterm2 } from './iterm2.ts';
import { kitty } from './kitty.ts';

export interface Screen extends Cells {
  env: Readonly<Record<string, string | undefined>>;
  /** Whether it may be coloured. */
  colour: boolean;
}

/** Few cells are wider. A small picture is not blown up beyond its own pixels. */
const cellWidth = 8;

/**
 * The picture as the terminal on stderr shows it. Undefined where it can't: the picture is none that is unpacked
 * here, or the terminal has neither graphics nor colours.
 */
export async function preview(
  file: Uint8Array,
  size: PixelSize,
  screen: Screen,
): Promise<string | undefined> {
  const graphics = graphicsOf(screen.env);
  if (graphics === 'blocks') return inBlocks(file, cellsFor(size, screen, size.width), screen.colour);
  const cells = cellsFor(size, screen, Math.ceil(size.width / cellWidth));
  if (graphics === 'iterm2') return iterm2(file, cells);
  if (graphics === 'kitty') return kitty(file, cells);
  const { sixel } = await import('./sixel.ts');
  const pixels = readPixels(file);
  return pixels && sixel(pixels, cells);
}

function inBlocks(file: Uint8Array, cells: Cells, colour: boolean): string | undefined {
  if (!colour || !supportsColorStderr) return undefined;
  const pixels = readPixels(file);
  return pixels && blocks(pixels, cells, supportsColorStderr.level);
}
