import { Damage, type PixelSize, pixelSize, take, until, type Walk } from './byte-walk.ts';

/**
 * Walks a JPEG from marker to marker up to EOI, over any number of scans. Segments are skipped by their length, so a
 * thumbnail inside EXIF is never taken for the picture. Those that a decoder needs must have the length that their
 * content calls for, and restart markers must count up. Pixels are not decoded: a wrong bit among them is not found.
 * ITU-T T.81, annex B: a marker is 0xFF and a code; in the entropy-coded data 0xFF is followed by 0 or RSTn.
 */
export function* readJpeg(): Walk<PixelSize> {
  yield take(2);
  let frame: { width: number; height: number } | undefined;
  let hasScan = false;
  for (let code = yield* nextMarker(); code !== endOfImage; ) {
    if (code < 0xc0 || isRestart(code) || code === startOfImage) throw misplaced(code);
    const length = (yield take(2)).readUInt16BE(0) - 2;
    if (length < 0) throw new Damage('a length in it is invalid');
    const content = yield take(length);
    if (!hasRightLength(code, content)) throw new Damage('a segment in it has the wrong length');
    if (isFrame(code)) {
      if (frame) throw new Damage('it has two frames');
      frame = { width: content.readUInt16BE(3), height: content.readUInt16BE(1) };
    } else if (code === numberOfLines && frame) {
      frame.height = content.readUInt16BE(0); // a frame that did not know its height yet
    }
    if (code === startOfScan) {
      if (!frame) throw new Damage('its pixels come before its size');
      hasScan = true;
      code = yield* skipScan();
    } else {
      code = yield* nextMarker();
    }
  }
  if (!hasScan || !frame) throw new Damage('it holds no pixels');
  return pixelSize(frame.width, frame.height);
}

/** The code of the marker that must come next, after any number of fill bytes. */
function* nextMarker(): Walk<number> {
  if ((yield take(1))[0] !== 0xff) throw new Damage('a marker is missing');
  return yield* codeAfterFill();
}

function* codeAfterFill(): Walk<number> {
  for (;;) {
    const code = (yield take(1))[0] as number;
    if (code !== 0xff) return code;
  }
}

/** Skips entropy-coded data. Returns the code of the marker behind it. */
function* skipScan(): Walk<number> {
  for (let restart = 0; ; ) {
    yield until(0xff);
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
const quantization = 0xdb;
const numberOfLines = 0xdc;
const restartInterval = 0xdd;
const huffman = 0xc4;

function isRestart(code: number): boolean {
  return code >= 0xd0 && code <= 0xd7;
}

/** SOF0 to SOF15; DHT, JPG and DAC lie between them and are something else. */
function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== huffman && code !== 0xc8 && code !== 0xcc;
}

function hasRightLength(code: number, content: Buffer): boolean {
  const { length } = content;
  if (isFrame(code)) return length === 6 + 3 * (content[5] ?? Number.NaN);
  if (code === startOfScan) return length === 4 + 2 * (content[0] ?? Number.NaN);
  if (code === numberOfLines || code === restartInterval) return length === 2;
  if (code !== quantization && code !== huffman) return true;
  let at = 0; // several tables may follow each other
  while (at < length) at += code === huffman ? huffmanTableLength(content, at) : quantizationLength(content[at]);
  return at === length;
}

function quantizationLength(precisionAndId = 0): number {
  return 1 + 64 * (1 + (precisionAndId >> 4));
}

/** A class and id, sixteen counts, and as many values as the counts add up to. */
function huffmanTableLength(content: Buffer, at: number): number {
  return content.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 17);
}

function misplaced(code: number): Damage {
  return new Damage(`a marker ff${code.toString(16).padStart(2, '0')} is misplaced`);
}
