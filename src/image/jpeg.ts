import { Damage, skip, take, until, type Walk } from './byte-walk.ts';
import { type PixelSize, pixelSize } from './pixel-size.ts';

/**
 * Walks a JPEG from marker to marker up to EOI, over any number of scans. Segments are passed over by their
 * length, so a thumbnail inside EXIF is never taken for the picture.
 * ITU-T T.81, annex B: a marker is 0xFF and a code; in the entropy-coded data 0xFF is followed by 0 or RSTn.
 */
export function* readJpeg(): Walk<PixelSize> {
  yield skip(2);
  let width = 0;
  let height = 0;
  let hasScan = false;
  for (;;) {
    yield until(0xff);
    let code = (yield take(1))[0] as number;
    while (code === 0xff) code = (yield take(1))[0] as number; // any number of fill bytes is allowed
    if (standsAlone(code)) continue;
    if (code === endOfImage) break;
    let rest = (yield take(2)).readUInt16BE(0) - 2;
    if (isFrame(code)) {
      const frame = yield take(5);
      height = frame.readUInt16BE(1);
      width = frame.readUInt16BE(3);
      rest -= 5;
    } else if (code === numberOfLines) {
      height = (yield take(2)).readUInt16BE(0); // a frame that did not know its height yet
      rest -= 2;
    }
    yield skip(rest);
    if (code === startOfScan) hasScan = true;
  }
  if (!hasScan) throw new Damage('it holds no pixels');
  return pixelSize(width, height);
}

const endOfImage = 0xd9;
const startOfScan = 0xda;
const numberOfLines = 0xdc;

/** A stuffed zero, TEM, RSTn and SOI carry no segment. */
function standsAlone(code: number): boolean {
  return code <= 0x01 || (code >= 0xd0 && code <= 0xd8);
}

/** SOF0 to SOF15; DHT, JPG and DAC lie between them and are something else. */
function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}
