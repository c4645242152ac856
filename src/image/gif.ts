import { Damage, type PixelSize, pixelSize, skip, take, type Walk } from './byte-walk.ts';

/**
 * Walks a GIF from block to block up to its trailer. The size is that of the logical screen.
 * GIF89a specification (CompuServe, 1990).
 */
export function* readGif(): Walk<PixelSize> {
  yield skip(signatureLength);
  const screen = yield take(7);
  const size = pixelSize(screen.readUInt16LE(0), screen.readUInt16LE(2));
  yield skip(colourTableLength(screen[4] as number));

  let hasPixels = false;
  for (;;) {
    const block = (yield take(1))[0];
    if (block === trailer) break;
    if (block === image) {
      hasPixels = true;
      const descriptor = yield take(9);
      yield skip(colourTableLength(descriptor[8] as number));
    } else if (block !== extension) {
      throw new Damage('a block is of an unknown kind');
    }
    yield skip(1); // the extension's label, or the image's LZW code size
    for (;;) {
      const length = (yield take(1))[0] as number;
      if (length === 0) break;
      yield skip(length);
    }
  }
  if (!hasPixels) throw new Damage('it holds no pixels');
  return size;
}

const signatureLength = 6;
const extension = 0x21;
const image = 0x2c;
const trailer = 0x3b;

/** Bytes of the colour table that the packed fields announce, 0 for none. */
function colourTableLength(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 0x07) + 1) : 0;
}
