import { decode, encode } from 'fast-png';
import { unpacksAsStated } from './unpacked-size.ts';

/** Longer edge in pixels: enough to see what is on the picture and to read large letters. */
const edge = 512;
/** More pixels than this take too long to unpack for a look. */
const mostPixels = 24_000_000;

/**
 * A PNG made smaller, as another PNG; undefined where it is not of the usual kind: eight bits a channel, without a
 * palette, of a sane size. A whole number of pixels becomes one, by their mean.
 */
export function thumbnail(png: Uint8Array): Uint8Array | undefined {
  const size = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (png.length < 33 || size.getUint32(16) * size.getUint32(20) > mostPixels) return undefined; // IHDR
  if (!unpacksAsStated(png)) return undefined;
  const { width, height, data, channels, depth, palette } = decode(png);
  if (depth !== 8 || palette) return undefined;
  const step = Math.ceil(Math.max(width, height) / edge);
  const small = { width: Math.floor(width / step), height: Math.floor(height / step) };
  const pixels = new Uint8Array(small.width * small.height * channels);
  for (let y = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        const at = (y * small.width + x) * channels + channel;
        pixels[at] = mean(data, { x: x * step, y: y * step, step, width, channels, channel });
      }
    }
  }
  return encode({ ...small, data: pixels, channels, depth: 8 });
}

interface Square {
  x: number;
  y: number;
  step: number;
  width: number;
  channels: number;
  channel: number;
}

function mean(data: ArrayLike<number>, { x, y, step, width, channels, channel }: Square): number {
  let sum = 0;
  for (let row = y; row < y + step; row++) {
    for (let column = x; column < x + step; column++) {
      sum += data[(row * width + column) * channels + channel] ?? 0;
    }
  }
  return Math.round(sum / (step * step));
}
