import { readFileSync, statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { deflateSync } from 'node:zlib';
import { Chalk, type ColorSupportLevel } from 'chalk';
import { image2sixel } from 'sixel/lib/SixelEncoder.js';
import type { PixelSize } from '../../image/byte-walk.ts';
import { isPng, type Pixels, readPixels, shrink } from '../../image/pixels.ts';

/** The picture to draw, and the space for it. */
export interface Drawing {
  path: string;
  graphics: 'kitty' | 'iterm2' | 'sixel' | 'blocks';
  cells: Cells;
  colourLevel: ColorSupportLevel;
}

/** A size in the cells of a terminal. */
export interface Cells {
  columns: number;
  rows: number;
}

/** Draws what the thread that started this one asked for. */
export function drawForParent(): void {
  parentPort?.postMessage(draw(workerData as Drawing));
}

/** A larger file is not worth what it would send to the terminal. */
const mostBytes = 32_000_000;

/** The text that makes a terminal show the picture; undefined where the picture cannot be decoded. */
function draw({ path, graphics, cells, colourLevel }: Drawing): string | undefined {
  const found = statSync(path);
  if (!found.isFile() || found.size > mostBytes) return undefined;
  const file = readFileSync(path);
  if (graphics === 'iterm2') return iterm2(file, cells);
  if (graphics === 'kitty' && isPng(file)) return kitty('f=100', file, cells);
  const pixels = readPixels(file);
  if (!pixels) return undefined;
  if (graphics === 'kitty')
    return kitty(`f=32,s=${pixels.width},v=${pixels.height},o=z`, deflateSync(pixels.data), cells);
  return graphics === 'sixel' ? sixel(pixels, cells) : blocks(pixels, cells, colourLevel);
}

/** iTerm2 takes the file as it is. Source: iterm2.com/documentation-images.html */
function iterm2(file: Uint8Array, { columns }: Cells): string {
  const facts = `inline=1;size=${file.length};width=${columns};preserveAspectRatio=1`;
  return `\u001b]1337;File=${facts}:${Buffer.from(file).toString('base64')}\u0007`;
}

/**
 * Kitty takes a PNG as it is, anything else as compressed pixels, in pieces of 4096 characters. `q=2` keeps the
 * terminal from answering, which would look like typed text. Source: sw.kovidgoyal.net/kitty/graphics-protocol
 */
function kitty(format: string, bytes: Uint8Array, { columns }: Cells): string {
  const parts =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,4096}/g) ?? [];
  const commands = parts.map((part, position) => {
    const more = `m=${position + 1 < parts.length ? 1 : 0}`;
    const keys = position === 0 ? `a=T,${format},c=${columns},q=2,${more}` : more;
    return `\u001b_G${keys};${part}\u001b\\`;
  });
  return commands.join('');
}

/** Sixels are pixels of the screen. Few cells are narrower than this, so the picture is not cut off. */
const cellWidth = 8;
const mostColours = 256;

function sixel(pixels: Pixels, { columns }: Cells): string {
  const width = Math.min(pixels.width, columns * cellWidth);
  const height = Math.max(1, Math.round((width * pixels.height) / pixels.width));
  return image2sixel(onBlack(pixels, { width, height }), width, height, mostColours, 1);
}

/** Half-blocks: the upper pixel is the colour of the letter, the lower one that of its background. */
function blocks(pixels: Pixels, { columns, rows }: Cells, level: ColorSupportLevel): string {
  const chalk = new Chalk({ level });
  const data = onBlack(pixels, { width: columns, height: rows * 2 });
  const colourAt = (column: number, row: number): [number, number, number] => {
    const at = (row * columns + column) * 4;
    return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
  };
  const lines = Array.from({ length: rows }, (_, row) => {
    const cells = Array.from({ length: columns }, (__, column) =>
      chalk.rgb(...colourAt(column, 2 * row)).bgRgb(...colourAt(column, 2 * row + 1))('▀'),
    );
    return cells.join('');
  });
  return lines.join('\n');
}

function onBlack(pixels: Pixels, size: PixelSize): Uint8Array {
  const { data } = shrink(pixels, size);
  for (let at = 0; at < data.length; at += 4) {
    for (let channel = at; channel < at + 3; channel++)
      data[channel] = Math.round(((data[channel] ?? 0) * (data[at + 3] ?? 0)) / 255);
    data[at + 3] = 255;
  }
  return data;
}
