import { inflateSync } from 'node:zlib';
import { convertIndexedToRgb, type DecodedPng, decode as decodePng, encode } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import type { PixelSize } from './byte-walk.ts';
import { scanlineBytes } from './png.ts';

/** A decoded picture: four bytes a pixel (red, green, blue, opacity), row by row. */
export interface Pixels extends PixelSize {
  data: Uint8Array;
}

/** Larger pictures take too long and too much memory to decode for a preview. */
const mostPixels = 24_000_000;
const mostPngBytes = 100_000_000;
const mostMegabytes = 512;
/** A colour profile is some kilobytes. */
const mostProfileBytes = 4_000_000;

/** Decodes a PNG or JPEG; undefined for any other format, and for a picture that is damaged, animated or too large. */
export function readPixels(file: Uint8Array): Pixels | undefined {
  try {
    if (file[0] === 0xff && file[1] === 0xd8) return readJpeg(file);
    return isPng(file) && isDecodable(Buffer.from(file.buffer, file.byteOffset, file.length))
      ? readPng(file)
      : undefined;
  } catch {
    return undefined;
  }
}

export function isPng(file: Uint8Array): boolean {
  return file[0] === 0x89 && file[1] === 0x50 && file[2] === 0x4e && file[3] === 0x47;
}

/** Longer edge of a thumbnail: enough to see what is in the picture and to read large letters. */
const thumbnailEdge = 512;

/** The picture as a smaller PNG; undefined where it cannot be decoded. */
export function thumbnail(file: Uint8Array): Uint8Array | undefined {
  const pixels = readPixels(file);
  if (!pixels) return undefined;
  const step = Math.ceil(Math.max(pixels.width, pixels.height) / thumbnailEdge);
  const [width, height] = [pixels.width, pixels.height].map((side) => Math.max(1, Math.floor(side / step)));
  return encode({ ...shrink(pixels, { width: width ?? 1, height: height ?? 1 }), channels: 4, depth: 8 });
}

/** Makes a picture smaller: each pixel is the mean of those it stands for, weighted by their opacity. */
export function shrink(picture: Pixels, to: PixelSize): Pixels {
  const data = new Uint8Array(to.width * to.height * 4);
  for (let y = 0; y < to.height; y++) {
    const rows = span(y, to.height, picture.height);
    for (let x = 0; x < to.width; x++) {
      data.set(mean(picture, rows, span(x, to.width, picture.width)), (y * to.width + x) * 4);
    }
  }
  return { ...to, data };
}

type Span = ReturnType<typeof span>;

/** The pixels along one edge that the one at `position` stands for: at least one. */
function span(position: number, size: number, full: number) {
  const from = Math.floor((position * full) / size);
  return { from, end: Math.max(from + 1, Math.floor(((position + 1) * full) / size)) };
}

function mean({ width, data }: Pixels, rows: Span, columns: Span): number[] {
  let [red, green, blue, opacity] = [0, 0, 0, 0];
  for (let row = rows.from; row < rows.end; row++) {
    for (let column = columns.from; column < columns.end; column++) {
      const at = (row * width + column) * 4;
      const weight = data[at + 3] ?? 0;
      red += (data[at] ?? 0) * weight;
      green += (data[at + 1] ?? 0) * weight;
      blue += (data[at + 2] ?? 0) * weight;
      opacity += weight;
    }
  }
  const count = (rows.end - rows.from) * (columns.end - columns.from);
  const colours = [red, green, blue].map((sum) => (opacity === 0 ? 0 : Math.round(sum / opacity)));
  return [...colours, Math.round(opacity / count)];
}

function readJpeg(file: Uint8Array): Pixels {
  const limits = { maxResolutionInMP: mostPixels / 1e6, maxMemoryUsageInMB: mostMegabytes };
  return decodeJpeg(file, { useTArray: true, formatAsRGBA: true, ...limits });
}

/**
 * Tells whether a PNG is small enough, and decompresses to no more than its header states: a few kilobytes can hold
 * gigabytes, and the decoder would find out too late.
 */
function isDecodable(png: Buffer): boolean {
  const ihdr = png.subarray(16);
  const stated = scanlineBytes(ihdr);
  if (ihdr.readUInt32BE(0) * ihdr.readUInt32BE(4) > mostPixels || stated > mostPngBytes) return false;
  const packed: Buffer[] = [];
  for (let at = 8; at + 12 <= png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (type === 'acTL') return false;
    if (type === 'IDAT') packed.push(data);
    // A name, a zero, the compression method, the profile.
    if (type === 'iCCP' && !fits(data.subarray(data.indexOf(0) + 2), mostProfileBytes)) return false;
  }
  return fits(Buffer.concat(packed), stated);
}

function fits(packed: Uint8Array, mostBytes: number): boolean {
  try {
    inflateSync(packed, { maxOutputLength: Math.max(1, mostBytes) });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE'; // the decoder finds any other flaw
  }
}

function readPng(file: Uint8Array): Pixels | undefined {
  const png = decodePng(file);
  const { width, height, depth } = png;
  if (png.palette) {
    const data = convertIndexedToRgb(png);
    return { width, height, data: toRgba(data, png.palette[0]?.length ?? 3, 0) };
  }
  if (depth < 8) return undefined; // one or few bits of grey: no model makes such pictures
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
