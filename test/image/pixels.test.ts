import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { readPixels, shrink, thumbnail } from '../../src/image/pixels.ts';
import { smallPng } from '../support/service.ts';

const jpeg = await readFile(new URL('../fixtures/images/baseline.jpg', import.meta.url));
const png = smallPng(3);

const rgba = (...values: number[]): Uint8Array => new Uint8Array(values);

describe('pixels', () => {
  test.each([
    ['grey', { channels: 1, depth: 8, data: rgba(10, 20) }, rgba(10, 10, 10, 255, 20, 20, 20, 255)],
    ['grey with opacity', { channels: 2, depth: 8, data: rgba(10, 0, 20, 255) }, rgba(10, 10, 10, 0, 20, 20, 20, 255)],
    ['colours', { channels: 3, depth: 8, data: rgba(1, 2, 3, 4, 5, 6) }, rgba(1, 2, 3, 255, 4, 5, 6, 255)],
    ['opacity', { channels: 4, depth: 8, data: rgba(1, 2, 3, 9, 4, 5, 6, 8) }, rgba(1, 2, 3, 9, 4, 5, 6, 8)],
    [
      'sixteen bits',
      { channels: 3, depth: 16, data: new Uint16Array([256, 512, 768, 1024, 1280, 65535]) },
      rgba(1, 2, 3, 255, 4, 5, 255, 255),
    ],
  ] as const)('of a PNG with %s', (_, { channels, depth, data }, expected) => {
    const file = encode({ width: 2, height: 1, channels, depth, data });
    expect(readPixels(file)).toEqual({ width: 2, height: 1, data: expected });
  });

  test.each([
    ['a torn PNG', png.subarray(0, 60)],
    ['a torn JPEG', jpeg.subarray(0, 40)],
    ['text', Buffer.from('<html>')],
    ['nothing', Buffer.alloc(0)],
  ])('are not had of %s', (_, file) => {
    expect(readPixels(file)).toBeUndefined();
  });

  test('made fewer are the mean of those they stand for', () => {
    const data = rgba(0, 0, 0, 255, 100, 0, 0, 255, 0, 50, 0, 255, 100, 50, 0, 255);
    expect(shrink({ width: 2, height: 2, data }, { width: 1, height: 1 }).data).toEqual(rgba(50, 25, 0, 255));
    const half = rgba(200, 0, 0, 255, 0, 0, 0, 0);
    expect(shrink({ width: 2, height: 1, data: half }, { width: 1, height: 1 }).data).toEqual(rgba(200, 0, 0, 128));
    expect(shrink({ width: 2, height: 1, data }, { width: 2, height: 2 }).data).toEqual(
      rgba(0, 0, 0, 255, 100, 0, 0, 255, 0, 0, 0, 255, 100, 0, 0, 255),
    );
  });
});

function striped(width: number, height: number, channels: 3 | 4): Uint8Array {
  const data = Uint8Array.from({ length: width * height * channels }, (_, at) => (at % channels) * 60 + 10);
  return encode({ width, height, data, channels, depth: 8 });
}

test.each([
  [1024, 1024, 3, 512, 512],
  [1408, 768, 3, 469, 256],
  [768, 1408, 4, 256, 469],
  [600, 10, 3, 300, 5],
  [40, 30, 3, 40, 30],
] as const)('a thumbnail of %i × %i with %i channels is %i × %i', (width, height, channels, ...smaller) => {
  const made = decode(thumbnail(striped(width, height, channels)) ?? new Uint8Array());
  expect([made.width, made.height]).toEqual(smaller);
  expect([...made.data.slice(0, 4)]).toEqual([10, 70, 130, channels === 4 ? 190 : 255]);
});

/** A PNG that decompresses to as much as its header states, or claims to. */
function large(width: number, height: number, depth: number): Buffer {
  const file = Buffer.from(striped(8, 8, 3));
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  file[24] = depth;
  return file;
}

const small = smallPng(7);
const headerEnd = 33; // after the signature and IHDR

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

/** Fifty megabytes in fifty kilobytes. */
const bomb = deflateSync(Buffer.alloc(50_000_000));
const withBomb = Buffer.concat([small.subarray(0, headerEnd), chunk('IDAT', bomb), chunk('IEND', Buffer.alloc(0))]);
const profile = Buffer.concat([Buffer.from('icc\0\0'), bomb]);
const withProfile = Buffer.concat([small.subarray(0, headerEnd), chunk('iCCP', profile), small.subarray(headerEnd)]);

test.each([
  ['more pixels than its header states', withBomb],
  ['a colour profile of megabytes', withProfile],
  ['60,000 × 60,000 pixels', large(60_000, 60_000, 8)],
  ['pixels of 16 bits that take 140 MB', large(4800, 4800, 16)],
])('a picture with %s is not decoded', (_, file) => {
  expect([readPixels(file), thumbnail(file)]).toEqual([undefined, undefined]);
});

test.each([1, 2, 3, 4] as const)('a picture of %d channels is decoded at any depth', (channels) => {
  for (const depth of [8, 16] as const) {
    const data = depth === 8 ? new Uint8Array(35 * channels) : new Uint16Array(35 * channels);
    expect(readPixels(encode({ width: 5, height: 7, data, channels, depth }))).toMatchObject({ width: 5 });
  }
});
