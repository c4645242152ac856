import { Damage, type PixelSize, pixelSize, skip, take, takeOrEnd, type Walk } from './byte-walk.ts';

/**
 * Walks an AVIF from box to box to the end of the file, which must be the end of a box, with `meta` and
 * `mdat` among them. A last box of unstated length reaches to the end of the file: a cut in it is not noticed. ISO/IEC 14496-12 §4.2 for boxes, ISO/IEC 23008-12 for what is in `meta`.
 */
export function* readAvif(): Walk<PixelSize> {
  let size: PixelSize | undefined;
  let hasPixels = false;
  for (;;) {
    const start = yield takeOrEnd(8);
    if (start.length === 0) break;
    const box = yield* readBox(start);
    if (box.type === 'meta') {
      yield skip(4); // version and flags
      size = yield* largestSize(box.length - 4, ['iprp', 'ipco', 'ispe']);
    } else {
      yield skip(box.length);
    }
    if (box.type === 'mdat') hasPixels = true;
  }
  if (size === undefined || !hasPixels) throw new Damage('it holds no pixels');
  return size;
}

/** The largest size among the next `length` bytes: thumbnails and the tiles of a grid state theirs too. */
function* largestSize(length: number, [wanted, ...inside]: string[]): Walk<PixelSize | undefined> {
  let left = length;
  let largest: PixelSize | undefined;
  while (left >= 8) {
    const box = yield* readBox(yield take(8));
    left -= box.headerLength + box.length;
    if (left < 0) throw new Damage('a box is longer than the one around it');
    let size: PixelSize | undefined;
    if (box.type !== wanted) {
      yield skip(box.length);
    } else if (inside.length > 0) {
      size = yield* largestSize(box.length, inside);
    } else {
      const extents = yield take(12);
      size = pixelSize(extents.readUInt32BE(4), extents.readUInt32BE(8));
      yield skip(box.length - 12);
    }
    if (size !== undefined && area(size) > area(largest)) largest = size;
  }
  yield skip(left);
  return largest;
}

/** A box by its first eight bytes. `length` is that of its content: infinite where it reaches to the end. */
function* readBox(start: Buffer): Walk<{ type: string; headerLength: number; length: number }> {
  const type = start.toString('latin1', 4, 8);
  const stated = start.readUInt32BE(0);
  if (stated === 0) return { type, headerLength: 8, length: Number.POSITIVE_INFINITY };
  if (stated !== 1) return { type, headerLength: 8, length: stated - 8 };
  return { type, headerLength: 16, length: Number((yield take(8)).readBigUInt64BE(0)) - 16 };
}

function area(size: PixelSize | undefined): number {
  return size === undefined ? 0 : size.width * size.height;
}
