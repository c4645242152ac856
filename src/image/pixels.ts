import { inflateSync } from 'node:zlib';
import { convertIndexedToRgb, decode as decodePng, encode } from 'fast-png';
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
/** A colour profile is some kilobytes. */
const mostProfileBytes = 4_000_000;

const jpegOptions = { useTArray: true, maxResolutionInMP: mostPixels / 1e6, maxMemoryUsageInMB: 512 } as const;

/** Decodes a PNG or JPEG; undefined for any other format, and for a picture that is damaged, animated or too large. */
export function readPixels(file: Uint8Array): Pixels | undefined {
  try {
    if (file[0] === 0xff && file[1] === 0xd8) return decodeJpeg(file, jpegOptions);
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

/** The pixels along one edge that the one at `position` stands for, first and last: at least one. */
function span(position: number, size: number, full: number): [number, number] {
  const first = Math.floor((position * full) / size);
  return [first, Math.max(first, Math.floor(((position + 1) * full) / size) - 1)];
}

function mean({ width, data }: Pixels, [top, bottom]: [number, number], [left, right]: [number, number]): number[] {
  const sums = [0, 0, 0];
  let opacity = 0;
  for (let row = top; row <= bottom; row++) {
    for (let at = (row * width + left) * 4; at <= (row * width + right) * 4; at += 4) {
      const weight = data[at + 3] ?? 0;
      for (let channel = 0; channel < 3; channel++)
        sums[channel] = (sums[channel] ?? 0) + (data[at + channel] ?? 0) * weight;
      opacity += weight;
    }
  }
  const count = (bottom - top + 1) * (right - left + 1);
  return [...sums.map((sum) => Math.round(sum / Math.max(1, opacity))), Math.round(opacity / count)];
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
  const { width, height, depth, palette } = png;
  if (depth < 8 && !palette) return undefined; // one or few bits of grey: no model makes such pictures
  const data = palette ? convertIndexedToRgb(png) : png.data;
  const channels = palette ? (palette[0]?.length ?? 3) : png.channels;
  const [colours, hasOpacity] = [channels < 3 ? 1 : 3, channels % 2 === 0];
  const shift = depth === 16 ? 8 : 0;
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    for (let channel = 0; channel < 3; channel++) rgba[to + channel] = (data[from + (channel % colours)] ?? 0) >> shift;
    if (hasOpacity) rgba[to + 3] = (data[from + colours] ?? 0) >> shift;
  }
  return { width, height, data: rgba };
}
