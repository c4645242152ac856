import { Damage, skip, take, type Walk } from './byte-walk.ts';
import { type PixelSize, pixelSize } from './pixel-size.ts';

/**
 * Walks a PNG from chunk to chunk up to IEND with its CRC field.
 * PNG, third edition, §5: signature, then chunks of length, type, data, CRC; IHDR first.
 */
export function* readPng(): Walk<PixelSize> {
  yield skip(signatureLength);
  const header = yield take(16);
  if (header.readUInt32BE(0) !== 13 || header.toString('latin1', 4, 8) !== 'IHDR') {
    throw new Damage('it does not begin with an IHDR chunk');
  }
  const size = pixelSize(header.readUInt32BE(8), header.readUInt32BE(12));
  yield skip(13 - 8 + crcLength);

  let hasPixels = false;
  for (;;) {
    const chunk = yield take(8);
    const length = chunk.readUInt32BE(0);
    const type = chunk.toString('latin1', 4, 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Damage('a chunk has no proper name');
    yield skip(length + crcLength);
    if (type === 'IDAT') hasPixels = true;
    if (type !== 'IEND') continue;
    if (!hasPixels) throw new Damage('it holds no pixels');
    return size;
  }
}

const signatureLength = 8;
const crcLength = 4;
