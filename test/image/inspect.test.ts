import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImageFacts, type ImageFlaw, inspectImage } from '../../src/image/inspect.ts';
import { picture, pictures } from './pictures.ts';

describe.each(pictures)('$name', ({ ext, bytes, width, height }) => {
  const facts = inspected([bytes]);

  test('is whole, of its format and size', () => {
    expect(facts).toMatchObject({
      whole: true,
      format: { ext },
      bytes: bytes.length,
      width,
      height,
    });
  });

  test('is the same byte by byte, in a buffer that is used again', () => {
    const inspector = inspectImage();
    const buffer = Buffer.alloc(1);
    for (const byte of bytes) {
      buffer[0] = byte;
      inspector.write(buffer);
      buffer[0] = 0xaa;
    }
    expect(inspector.end()).toEqual(facts);
  });

  test('is the same however it is cut into chunks', () => {
    const borders = fc.array(fc.nat(bytes.length), { maxLength: 12 });
    fc.assert(
      fc.property(borders, (cuts) => {
        expect(inspected(pieces(bytes, cuts))).toEqual(facts);
      }),
    );
  });

  test('is never whole when its end is missing', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(inspected([bytes.subarray(0, length)]).whole, `${length} of ${bytes.length} bytes`).toBe(false);
    }
  });

  test('never throws, whatever bytes are overwritten', () => {
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(flips, (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        expect(inspected([damaged]).whole).toBeTypeOf('boolean');
      }),
    );
  });
});

test.each(['plain.png', 'thumbnail.jpg', 'lossy.webp', 'still.gif'])(
  '%s may have bytes behind its end',
  (name) => {
    const bytes = picture(name);
    const trailed = inspected([bytes, Buffer.from('\0\0trailing')]);
    expect(trailed).toEqual({
      ...inspected([bytes]),
      bytes: bytes.length + 10,
    });
  },
);

test('tells the format as soon as its first bytes came', () => {
  const inspector = inspectImage();
  inspector.write(picture('plain.png').subarray(0, 11));
  expect([inspector.format(), inspector.rejected()]).toEqual([undefined, false]);
  inspector.write(picture('plain.png').subarray(11, 12));
  expect(inspector.format()).toEqual({
    ext: 'png',
    mime: 'image/png',
    name: 'PNG',
  });
});

test.each([
  ['', 'it is empty'],
  ['<!DOCTYPE html><title>Sign in</title>', 'it is a web page, not a picture'],
  ['\ufeff\n <html>', 'it is a web page, not a picture'],
  ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'it is XML, not a picture'],
  ['{"error":"gone"}', 'it is JSON, not a picture'],
  ['[]', 'it is JSON, not a picture'],
  ['GIF89a', 'it ends after 6 bytes'],
  ['The picture is no longer here.', 'it is no PNG, JPEG, WebP, GIF or AVIF'],
  ['RIFF\x24\0\0\0WAVEfmt ', 'it is no PNG, JPEG, WebP, GIF or AVIF'],
])('refuses %j: %s', (body, reason) => {
  expect(inspected([Buffer.from(body)])).toEqual({ whole: false, reason });
});

test('refuses a page at its first bytes', () => {
  const inspector = inspectImage();
  inspector.write(Buffer.from('<!DOCTYPE html>'));
  expect([inspector.format(), inspector.rejected()]).toEqual([undefined, true]);
});

test('refuses random bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => !inspected([bytes]).whole));
});

test('says of a torn picture how much came', () => {
  expect(inspected([picture('baseline.jpg').subarray(0, 500)])).toEqual({
    whole: false,
    reason: 'the JPEG is cut short after 500 bytes',
  });
});

test('passes 64 MB in one PNG chunk without holding them', () => {
  const png = picture('plain.png');
  const header = png.subarray(0, 33);
  const data = Buffer.from('\0\0\0\0IDAT');
  data.writeUInt32BE(64 * 2 ** 20);
  const mebibyte = Buffer.alloc(2 ** 20, 0xff);
  const before = process.memoryUsage().arrayBuffers;
  const inspector = inspectImage();
  for (const chunk of [header, data, ...Array(64).fill(mebibyte), Buffer.alloc(4), png.subarray(33)]) {
    inspector.write(chunk);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 2 ** 20);
  expect(inspector.end()).toMatchObject({
    whole: true,
    bytes: png.length + 12 + 64 * 2 ** 20,
  });
});

function inspected(chunks: Iterable<Uint8Array>): ImageFacts | ImageFlaw {
  const inspector = inspectImage();
  for (const chunk of chunks) inspector.write(chunk);
  return inspector.end();
}

function pieces(bytes: Buffer, cuts: number[]): Buffer[] {
  const borders = [0, ...cuts.sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}
