import { convertIndexedToRgb, type DecodedPng, decode as decodePng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import type { PixelSize } from './pixel-size.ts';
import { unpacksAsStated } from './unpacked-size.ts';

/** A picture unpacked: four bytes a pixel (red, green, blue, opacity), row by row. */
export interface Pixels extends PixelSize {
  data: Uint8Array;
}

/** More than this takes too long, and too much memory, for a look. */
const mostPixels = 50_000_000;
const mostMegabytes = 1024;

/** Unpacks a PNG or JPEG; undefined for any other kind, and for one that is damaged or too large for a look. */
export function readPixels(file: Uint8Array): Pixels | undefined {
  try {
    if (file[0] === 0xff && file[1] === 0xd8) return readJpeg(file);
    return isPng(file) && pngArea(file) <= mostPixels && unpacksAsStated(file) ? readPng(file) : undefined;
  } catch {
    return undefined;
  }
}

export function isPng(file: Uint8Array): boolean {
  return file[0] === 0x89 && file[1] === 0x50 && file[2] === 0x4e && file[3] === 0x47;
}

function readJpeg(file: Uint8Array): Pixels {
  const limits = { maxResolutionInMP: mostPixels / 1e6, maxMemoryUsageInMB: mostMegabytes };
  return decodeJpeg(file, { useTArray: true, formatAsRGBA: true, ...limits });
}

/** As its header states it: a small file may unpack to anything. */
function pngArea(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  return view.getUint32(16) * view.getUint32(20);
}

function readPng(file: Uint8Array): Pixels | undefined {
  const png = decodePng(file);
  const { width, height, depth } = png;
  if (png.palette) {
    const data = convertIndexedToRgb(png);
    return { width, height, data: toRgba(data, png.palette[0]?.length ?? 3, 0) };
  }
  if (depth < 8) return undefined; // one or few bits of grey: no picture of a model is like that
  return { width, height, data: toRgba(png.data, png.channels, depth - 8) };
}

/** @param shift bits by which each value is deeper than a byte */
function toRgba(data: DecodedPng['data'], channels: number, shift: number): Uint8Array {
  const hasOpacity = channels % 2 === 0;
  const colours = hasOpacity ? channels - 1 : channels;
  const rgba = new Uint8Array((data.length / channels) * 4);
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[to + channel] = (data[from + Math.min(channel, colours - 1)] ?? 0) >> shift;
    }
    rgba[to + 3] = hasOpacity ? (data[from + channels - 1] ?? 0) >> shift : 255;
  }
  return rgba;
}
