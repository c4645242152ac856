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
    const padded = Math.min(left, length + (length % 2));
    const header = sizeHeaders[type];
    if (header !== undefined) {
      if (length < header.length) throw new Damage('a chunk is too short');
      const stated = header.read(yield take(header.length), length);
      // VP8X, the canvas, comes before the one picture that it holds.
      if (size && (size.width !== stated.width || size.height !== stated.height))
        throw new Damage('its chunks state different sizes');
      size = stated;
      yield skip(padded - header.length);
    } else {
      yield skip(padded);
    }
    if (pixelChunks.includes(type)) hasPixels = true;
    left -= padded;
  }
  yield skip(left);
  if (size === undefined || !hasPixels) throw new Damage('it holds no pixels');
  return size;
}

const pixelChunks = ['VP8 ', 'VP8L', 'ANMF'];

/** The chunks that state the picture's size in their first bytes. */
const sizeHeaders: Record<string, { length: number; read(start: Buffer, length: number): PixelSize }> = {
  VP8X: { length: 10, read: (start) => pixelSize(start.readUIntLE(4, 3) + 1, start.readUIntLE(7, 3) + 1) },
  VP8L: { length: 5, read: readLossless },
  'VP8 ': { length: 10, read: readLossy },
};

function readLossless(start: Buffer): PixelSize {
  const fields = start.readUInt32LE(1);
  if (start[0] !== 0x2f || fields >>> 29 !== 0) throw new Damage('its VP8L data has an invalid header');
  return pixelSize((fields & 0x3fff) + 1, ((fields >>> 14) & 0x3fff) + 1);
}

function readLossy(start: Buffer, length: number): PixelSize {
  const tag = start.readUIntLE(0, 3);
  const firstPartition = tag >>> 5;
  if ((tag & 1) !== 0 || start.readUIntBE(3, 3) !== 0x9d012a || firstPartition > length - 10)
    throw new Damage('its VP8 data does not begin with a valid key frame');
  return pixelSize(start.readUInt16LE(6) & 0x3fff, start.readUInt16LE(8) & 0x3fff);
}
