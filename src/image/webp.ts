import { Damage, skip, take, type Walk } from './byte-walk.ts';
import { type PixelSize, pixelSize } from './pixel-size.ts';

/**
 * Walks a WebP from chunk to chunk until the length is reached that RIFF states.
 * RFC 9649 §2 for the container and VP8X, §3 for VP8L; RFC 6386 §9.1 for VP8.
 */
export function* readWebp(): Walk<PixelSize> {
  let left = (yield take(12)).readUInt32LE(4) - 4;
  let size: PixelSize | undefined;
  let hasPixels = false;
  while (left >= 8) {
    const chunk = yield take(8);
    const type = chunk.toString('latin1', 0, 4);
    const length = chunk.readUInt32LE(4);
    left -= 8;
    if (length > left) throw new Damage('a chunk is longer than the file says it is');
    const padded = Math.min(left, length + (length % 2));
    const header = sizeHeaders[type];
    if (header !== undefined && size === undefined) {
      size = header.read(yield take(header.length)); // VP8X, the canvas, stands before its frames
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

/** The chunks that state the picture's size, each in its first bytes. */
const sizeHeaders: Record<string, { length: number; read(start: Buffer): PixelSize }> = {
  VP8X: {
    length: 10,
    read: (start) => pixelSize(start.readUIntLE(4, 3) + 1, start.readUIntLE(7, 3) + 1),
  },
  VP8L: { length: 5, read: readLossless },
  'VP8 ': { length: 10, read: readLossy },
};

function readLossless(start: Buffer): PixelSize {
  if (start[0] !== 0x2f) throw new Damage('its VP8L data do not begin as they should');
  const fields = start.readUInt32LE(1);
  return pixelSize((fields & 0x3fff) + 1, ((fields >>> 14) & 0x3fff) + 1);
}

function readLossy(start: Buffer): PixelSize {
  if (start.readUIntBE(3, 3) !== 0x9d012a) throw new Damage('its VP8 data do not begin with a key frame');
  return pixelSize(start.readUInt16LE(6) & 0x3fff, start.readUInt16LE(8) & 0x3fff);
}
