import { crc32, createInflate, type Inflate } from 'node:zlib';
import { Damage, type PixelSize, pixelSize, skip, take, type Walk } from './byte-walk.ts';

/**
 * Walks a PNG from chunk to chunk up to IEND and compares each checksum.
 * PNG, third edition, §5: signature, then chunks of length, type, data, CRC; IHDR first.
 * @param pixels gets the compressed pixel data
 */
export function* readPng(pixels: PixelCheck): Walk<PixelSize> {
  yield take(8); // the signature
  const header = yield take(25);
  if (header.toString('latin1', 0, 8) !== '\0\0\0\x0dIHDR') throw new Damage('it does not begin with an IHDR chunk');
  const size = pixelSize(header.readUInt32BE(8), header.readUInt32BE(12));
  compareChecksum('IHDR', crc32(header.subarray(4, 21)), header.readUInt32BE(21));
  pixels.expect(scanlineBytes(header.subarray(8)));

  let hasPixels = false;
  for (;;) {
    const start = yield take(8);
    const type = start.toString('latin1', 4, 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Damage('a chunk has an invalid name');
    const isPixels = type === 'IDAT';
    let checksum = crc32(start.subarray(4));
    yield* skip(start.readUInt32BE(0), (piece) => {
      checksum = crc32(piece, checksum);
      if (isPixels) pixels.write(piece);
    });
    compareChecksum(type, checksum, (yield take(4)).readUInt32BE(0));
    hasPixels ||= isPixels;
    if (type !== 'IEND') continue;
    if (!hasPixels) throw new Damage('it holds no pixels');
    return size;
  }
}

function compareChecksum(type: string, computed: number, stored: number): void {
  if (computed !== stored) throw new Damage(`the checksum of its ${type} chunk is wrong`);
}

/** Channels by colour type. */
const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * How many bytes the pixel data decompresses to, by what IHDR states: each row has a filter byte before it. Infinite
 * for an interlaced picture, which has more rows; no model makes any.
 */
export function scanlineBytes(ihdr: Buffer): number {
  const [width, height] = [ihdr.readUInt32BE(0), ihdr.readUInt32BE(4)];
  const bits = (ihdr[8] ?? 0) * (channels[ihdr[9] ?? 0] ?? 4);
  return ihdr[12] === 0 ? height * (1 + Math.ceil((width * bits) / 8)) : Number.POSITIVE_INFINITY;
}

/** More takes long to decompress: then the checksums alone are verified. */
const mostBytes = 70_000_000;

/** Decompresses pixel data in zlib's own thread only to count it: none is kept. */
export class PixelCheck {
  #inflate: Inflate | undefined;
  #closed: Promise<unknown> = Promise.resolve();
  #missing = 0;

  expect(bytes: number): void {
    if (bytes > mostBytes) return;
    this.#missing = bytes;
    const inflate = createInflate({ chunkSize: 2 ** 18 });
    this.#inflate = inflate;
    this.#closed = new Promise((resolve) => inflate.once('close', resolve));
    inflate.on('data', (piece: Buffer) => {
      this.#missing -= piece.length;
      if (this.#missing < 0) inflate.destroy(); // a bomb; decoders ignore what is beyond the last row
    });
    inflate.on('end', () => inflate.destroy());
    inflate.on('error', () => undefined); // the count tells
  }

  write(piece: Buffer): void {
    if (this.#inflate?.writable) this.#inflate.write(Buffer.from(piece));
  }

  /** Resolves when more may be written. */
  async ready(): Promise<void> {
    const inflate = this.#inflate;
    if (!inflate?.writableNeedDrain) return;
    await Promise.race([new Promise((resolve) => inflate.once('drain', resolve)), this.#closed]);
  }

  /** Tells whether all rows were there. */
  async isComplete(): Promise<boolean> {
    this.#inflate?.end();
    await this.#closed;
    return this.#missing <= 0;
  }

  /** Drops what waits. */
  stop(): void {
    this.#inflate?.destroy();
  }
}
