import { Damage, type PixelSize, pixelSize, skip, take, type Walk } from './byte-walk.ts';

/**
 * Walks a JPEG from marker to marker up to EOI, over any number of scans. Segments are skipped by their length, so a
 * thumbnail inside EXIF is never taken for the picture. Pixels are not decoded: a wrong bit among them is not found.
 * ITU-T T.81, annex B: a marker is 0xFF and a code; in the entropy-coded data 0xFF is followed by 0 or RSTn.
 */
export function* readJpeg(): Walk<PixelSize> {
  yield take(2); // SOI
  let frame: PixelSize | undefined;
  let hasScan = false;
  for (let code = yield* nextMarker(); code !== endOfImage; ) {
    if (code < 0xc0 || isRestart(code) || code === startOfImage) throw misplaced(code);
    const length = (yield take(2)).readUInt16BE(0) - 2;
    if (isFrame(code)) {
      if (frame) throw new Damage('it has two frames');
      const content = yield* contentOf(length, (bytes) => 6 + 3 * (bytes[5] ?? 0));
      frame = { width: content.readUInt16BE(3), height: content.readUInt16BE(1) };
    } else if (code === numberOfLines && frame) {
      frame.height = (yield* contentOf(length, () => 2)).readUInt16BE(0); // a frame that did not know its height yet
    } else if (code === startOfScan) {
      if (!frame) throw new Damage('its pixels come before its size');
      yield* contentOf(length, (bytes) => 4 + 2 * (bytes[0] ?? 0));
      hasScan = true;
      code = yield* skipScan();
      continue;
    } else {
      yield* skip(length);
    }
    code = yield* nextMarker();
  }
  if (!hasScan || !frame) throw new Damage('it holds no pixels');
  return pixelSize(frame.width, frame.height);
}

/** A segment of which the length follows from what it says. */
function* contentOf(length: number, expected: (content: Buffer) => number): Walk<Buffer> {
  const content = yield take(Math.max(0, length));
  if (length !== expected(content)) throw new Damage('a segment in it has the wrong length');
  return content;
}

/** The code of the marker that must come next, after any number of fill bytes. */
function* nextMarker(): Walk<number> {
  if ((yield take(1))[0] !== 0xff) throw new Damage('a marker is missing');
  return yield* codeAfterFill();
}

function* codeAfterFill(): Walk<number> {
  for (;;) {
    const [code = 0] = yield take(1);
    if (code !== 0xff) return code;
  }
}

/** Skips entropy-coded data. Returns the code of the marker behind it. */
function* skipScan(): Walk<number> {
  for (let restart = 0; ; ) {
    const piece = yield { least: 1, most: Number.POSITIVE_INFINITY, through: 0xff };
    if (piece.at(-1) !== 0xff) continue;
    const code = yield* codeAfterFill();
    if (code === 0x00) continue;
    if (!isRestart(code)) return code;
    if (code !== 0xd0 + restart) throw misplaced(code);
    restart = (restart + 1) % 8;
  }
}

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
const numberOfLines = 0xdc;

function isRestart(code: number): boolean {
  return code >= 0xd0 && code <= 0xd7;
}

/** SOF0 to SOF15; DHT, JPG and DAC lie between them and are something else. */
function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

function misplaced(code: number): Damage {
  return new Damage(`a marker ff${code.toString(16).padStart(2, '0')} is misplaced`);
}
