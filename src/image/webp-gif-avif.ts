import { Damage, type PixelSize, pixelSize, skip, take, type Walk } from './byte-walk.ts';

/**
 * Walks a WebP from chunk to chunk up to the length that RIFF states. Pixels are not decoded.
 * RFC 9649 §2 for the container and VP8X, §3 for VP8L; RFC 6386 §9.1 for VP8.
 */
export function* readWebp(): Walk<PixelSize> {
  let left = (yield take(12)).readUInt32LE(4) - 4;
  let size: PixelSize | undefined;
  let hasPixels = false;
  while (left >= 8) {
    const chunk = yield take(8);
    const type = chunk.toString('latin1', 0, 4);
    if (!/^[\x20-\x7e]{4}$/.test(type)) throw new Damage('a chunk has an invalid name');
    const length = chunk.readUInt32LE(4);
    left -= 8;
    if (length > left) throw new Damage('a chunk is longer than the file says it is');
    const start = yield take(Math.min(length, 10));
    const stated = webpSize(type, start, length);
    // VP8X, the canvas, comes before the one picture that it holds.
    if (size && stated && (size.width !== stated.width || size.height !== stated.height))
      throw new Damage('its chunks state different sizes');
    size ??= stated;
    hasPixels ||= ['VP8 ', 'VP8L', 'ANMF'].includes(type);
    const padded = Math.min(left, length + (length % 2));
    yield* skip(padded - start.length);
    left -= padded;
  }
  yield* skip(left);
  if (size === undefined || !hasPixels) throw new Damage('it holds no pixels');
  return size;
}

/** The size that a chunk states in its first bytes; undefined where it is of another type. */
function webpSize(type: string, start: Buffer, length: number): PixelSize | undefined {
  const needed: Record<string, number> = { VP8X: 10, VP8L: 5, 'VP8 ': 10 };
  if (length < (needed[type] ?? 0)) throw new Damage('a chunk is too short');
  if (type === 'VP8X') return pixelSize(start.readUIntLE(4, 3) + 1, start.readUIntLE(7, 3) + 1);
  if (type === 'VP8L') {
    const fields = start.readUInt32LE(1);
    if (start[0] !== 0x2f || fields >>> 29 !== 0) throw new Damage('its VP8L data has an invalid header');
    return pixelSize((fields & 0x3fff) + 1, ((fields >>> 14) & 0x3fff) + 1);
  }
  if (type !== 'VP8 ') return undefined;
  const tag = start.readUIntLE(0, 3);
  if ((tag & 1) !== 0 || start.readUIntBE(3, 3) !== 0x9d012a || tag >>> 5 > length - 10)
    throw new Damage('its VP8 data does not begin with a valid key frame');
  return pixelSize(start.readUInt16LE(6) & 0x3fff, start.readUInt16LE(8) & 0x3fff);
}

/** Walks a GIF from block to block up to its trailer. The size is that of the logical screen (GIF89a). */
export function* readGif(): Walk<PixelSize> {
  const header = yield take(13);
  const size = pixelSize(header.readUInt16LE(6), header.readUInt16LE(8));
  yield* skip(colourTableLength(header[10]));
  for (let hasPixels = false; ; ) {
    const [block] = yield take(1);
    if (block === 0x3b && hasPixels) return size;
    if (block === 0x2c) {
      hasPixels = true;
      yield* skip(colourTableLength((yield take(9))[8]));
    } else if (block !== 0x21) {
      throw new Damage(block === 0x3b ? 'it holds no pixels' : 'a block is of an unknown kind');
    }
    yield* skip(1); // the extension's label, or the image's LZW code size
    for (let length = -1; length !== 0; yield* skip(length)) [length = 0] = yield take(1);
  }
}

/** Bytes of the colour table that the packed fields announce, 0 for none. */
function colourTableLength(packed = 0): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 0x07) + 1) : 0;
}

/**
 * Walks an AVIF over its outermost boxes to the end of the file, with `meta` and `mdat` among them. Several sizes may
 * stand in `meta`, of thumbnails and of the tiles of a grid: the largest is the picture's (ISO/IEC 14496-12 and 23008-12).
 */
export function* readAvif(): Walk<PixelSize> {
  let size: PixelSize | undefined;
  let hasPixels = false;
  for (;;) {
    const start = yield { ...take(8), mayEnd: true };
    if (start.length === 0) break;
    const type = start.toString('latin1', 4, 8);
    const stated = start.readUInt32BE(0);
    hasPixels ||= type === 'mdat';
    if (stated === 0) {
      while ((yield { least: 1, most: 2 ** 16, mayEnd: true }).length > 0); // the last box, of unstated length
    } else if (stated === 1) {
      yield* skip(Number((yield take(8)).readBigUInt64BE(0)) - 16);
    } else if (type === 'meta' && stated >= 8 && stated <= 2 ** 16) {
      size = largestSize(yield take(stated - 8));
    } else {
      yield* skip(stated - 8);
    }
  }
  if (size === undefined || !hasPixels) throw new Damage('it holds no pixels');
  return size;
}

function largestSize(meta: Buffer): PixelSize | undefined {
  let largest: PixelSize | undefined;
  for (let at = meta.indexOf('ispe'); at >= 0 && at + 16 <= meta.length; at = meta.indexOf('ispe', at + 4)) {
    const size = pixelSize(meta.readUInt32BE(at + 8), meta.readUInt32BE(at + 12));
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}
