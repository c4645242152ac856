import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImageFacts, type ImageFlaw, ImageInspector } from '../../src/image/inspect.ts';
import { picture, pictures } from './pictures.ts';

describe.each(pictures)('$name', async ({ ext, bytes, width, height }) => {
  const facts = await inspected([bytes]);

  test('is whole, of its format and size', () => {
    expect(facts).toMatchObject({ whole: true, format: { ext }, bytes: bytes.length, width, height });
  });

  test('is the same byte by byte, in a buffer that is used again', async () => {
    const inspector = new ImageInspector();
    const buffer = Buffer.alloc(1);
    for (const byte of bytes) {
      buffer[0] = byte;
      await inspector.write(buffer);
      buffer[0] = 0xaa;
    }
    expect(await inspector.end()).toEqual(facts);
  });

  test('is the same however it is cut into chunks', async () => {
    const borders = fc.array(fc.nat(bytes.length), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(borders, async (cuts) => {
        expect(await inspected(pieces(bytes, cuts))).toEqual(facts);
      }),
    );
  });

  test('is never whole when its end is missing', async () => {
    for (let length = 0; length < bytes.length; length += 1) {
      const facts = await inspected([bytes.subarray(0, length)]);
      expect(facts.whole, `${length} of ${bytes.length} bytes`).toBe(false);
    }
  });

  test('never throws, whatever bytes are overwritten', async () => {
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        expect((await inspected([damaged])).whole).toBeTypeOf('boolean');
      }),
    );
  });
});

test.each(['plain.png', 'thumbnail.jpg', 'lossy.webp', 'still.gif'])(
  '%s may have bytes behind its end',
  async (name) => {
    const bytes = picture(name);
    const trailed = await inspected([bytes, Buffer.from('\0\0trailing')]);
    expect(trailed).toEqual({ ...(await inspected([bytes])), bytes: bytes.length + 10 });
  },
);

test('tells the format as soon as its first bytes came', async () => {
  const inspector = new ImageInspector();
  await inspector.write(picture('plain.png').subarray(0, 11));
  expect([inspector.format, inspector.isRejected]).toEqual([undefined, false]);
  await inspector.write(picture('plain.png').subarray(11, 12));
  expect(inspector.format).toEqual({ ext: 'png', mime: 'image/png', name: 'PNG' });
});

test.each([
  ['', 'it is empty'],
  ['<!DOCTYPE html><title>Sign in</title>', 'it is a web page, not a picture'],
  ['\ufeff\n <html>', 'it is a web page, not a picture'],
  ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'it is XML, not a picture'],
  ['{"error":"gone"}', 'it is JSON, not a picture'],
  ['[]', 'it is JSON, not a picture'],
  ['GIF89a', 'it ends after 6 bytes'],
  ['The picture is no longer here.', 'it is not a PNG, JPEG, WebP, GIF or AVIF'],
  ['RIFF\x24\0\0\0WAVEfmt ', 'it is not a PNG, JPEG, WebP, GIF or AVIF'],
])('refuses %j: %s', async (body, reason) => {
  expect(await inspected([Buffer.from(body)])).toEqual({ whole: false, reason });
});

test('refuses a page at its first bytes', async () => {
  const inspector = new ImageInspector();
  await inspector.write(Buffer.from('<!DOCTYPE html>'));
  expect([inspector.format, inspector.isRejected]).toEqual([undefined, true]);
});

test('refuses random bytes', async () => {
  const bytes = fc.uint8Array({ maxLength: 600 });
  await fc.assert(fc.asyncProperty(bytes, async (each) => !(await inspected([each])).whole));
});

test('says of a torn picture how much came', async () => {
  expect(await inspected([picture('baseline.jpg').subarray(0, 500)])).toEqual({
    whole: false,
    reason: 'the JPEG is cut short after 500 bytes',
  });
});

test('finds every flipped bit of a PNG', async () => {
  const bytes = picture('plain.png');
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
    expect(await inspected([damaged]), `byte ${at}`).toMatchObject({ whole: false });
  }
});

describe('the pixel data of a PNG', () => {
  const rows = Buffer.alloc(27 * (1 + 48 * 3));

  test.each([
    ['may be in several chunks', [deflateSync(rows).subarray(0, 9), deflateSync(rows).subarray(9)], true],
    ['may be longer than its header states', [deflateSync(Buffer.concat([rows, rows]))], true],
    ['may lack its own checksum', [deflateSync(rows).subarray(0, -4)], true],
    ['must not lack a row', [deflateSync(rows.subarray(1 + 48 * 3))], false],
    ['must not be something else', [Buffer.from('<html>not a picture at all</html>'.repeat(99))], false],
    ['must not be empty', [Buffer.alloc(0)], false],
  ] as const)('%s', async (_, parts, whole) => {
    const file = pngOf(48, 27, 2, 0, parts);
    expect(await inspected([file])).toMatchObject(
      whole ? { whole } : { reason: 'the PNG is damaged: some of its pixels are missing' },
    );
  });

  // Bytes of a picture of 5 × 3 pixels by colour type: counted by hand.
  test.each([
    [0, 18],
    [2, 48],
    [3, 18],
    [4, 33],
    [6, 63],
  ])('of colour type %i takes %i bytes', async (colourType, bytes) => {
    for (const [length, whole] of [[bytes, true] as const, [bytes - 1, false] as const]) {
      const file = pngOf(5, 3, colourType, 0, [deflateSync(Buffer.alloc(length))]);
      expect((await inspected([file])).whole).toBe(whole);
    }
  });

  test('of an interlaced picture is not counted', async () => {
    expect((await inspected([pngOf(5, 3, 2, 1, [deflateSync(Buffer.alloc(52))])])).whole).toBe(true);
  });

  test('that unpacks to a gigabyte is neither held nor waited for', async () => {
    const bomb = deflateSync(Buffer.alloc(2 ** 26));
    const file = pngOf(8, 8, 2, 0, [bomb]);
    const before = process.memoryUsage().arrayBuffers;
    expect((await inspected([file])).whole).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });
});

test('passes 64 MB in one PNG chunk without holding them', async () => {
  const mebibyte = Buffer.alloc(2 ** 20);
  for (let at = 0; at < mebibyte.length; at += 4) mebibyte.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  const stored: Uint8Array[] = [Buffer.from('7801', 'hex')];
  for (let block = 0; block < 64 * 17; block += 1) stored.push(storedBlock(mebibyte.subarray(0, 61_681)));
  const png = pngOf(2 ** 13, 2730, 2, 0, [Buffer.concat(stored)]);
  let peak = 0;
  const before = process.memoryUsage().arrayBuffers;
  const inspector = new ImageInspector();
  for (let at = 0; at < png.length; at += 2 ** 16) {
    await inspector.write(png.subarray(at, at + 2 ** 16));
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }
  expect(await inspector.end()).toMatchObject({ whole: true, bytes: png.length });
  expect(peak).toBeLessThan(48 * 2 ** 20);
});

/** Deflate's form for bytes that cannot be compressed. */
function storedBlock(bytes: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(bytes.length, 1);
  header.writeUInt16LE(bytes.length ^ 0xffff, 3);
  return Buffer.concat([header, bytes]);
}

function pngOf(
  width: number,
  height: number,
  colourType: number,
  interlace: number,
  idat: readonly Uint8Array[],
): Buffer {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  ihdr.set([8, colourType, 0, 0, interlace], 8);
  const chunks = [['IHDR', ihdr], ...idat.map((data) => ['IDAT', data]), ['IEND', Buffer.alloc(0)]] as const;
  const signature = picture('plain.png').subarray(0, 8);
  return Buffer.concat([signature, ...chunks.map(([type, data]) => chunk(String(type), Buffer.from(data)))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

async function inspected(chunks: Iterable<Uint8Array>): Promise<ImageFacts | ImageFlaw> {
  const inspector = new ImageInspector();
  for (const each of chunks) await inspector.write(each);
  return await inspector.end();
}

function pieces(bytes: Buffer, cuts: number[]): Buffer[] {
  const borders = [0, ...cuts.sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}
