import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { readPixels } from '../../src/image/pixels.ts';
import { thumbnail } from '../../src/image/thumbnail.ts';
import { unpacksAsStated } from '../../src/image/unpacked-size.ts';
import { smallPng } from '../support/service.ts';

const small = smallPng(7);
const headerEnd = 33; // after the signature and IHDR

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

const bomb = deflateSync(Buffer.alloc(50_000_000));
const withBomb = Buffer.concat([
  small.subarray(0, headerEnd),
  chunk('IDAT', bomb),
  chunk('IEND', Buffer.alloc(0)),
]);
const profile = Buffer.concat([Buffer.from('icc\0\0'), bomb]);
const withProfile = Buffer.concat([
  small.subarray(0, headerEnd),
  chunk('iCCP', profile),
  small.subarray(headerEnd),
]);

test.each([
  ['pixels that unpack to more than the header says', withBomb],
  ['a colour profile that unpacks to megabytes', withProfile],
])('%s are not looked at', (_, file) => {
  expect([unpacksAsStated(file), readPixels(file), thumbnail(file)]).toEqual([false, undefined, undefined]);
});

test.each([1, 2, 3, 4] as const)('an honest picture of %d channels is', (channels) => {
  for (const depth of [8, 16] as const) {
    const data = depth === 8 ? new Uint8Array(35 * channels) : new Uint16Array(35 * channels);
    expect(unpacksAsStated(encode({ width: 5, height: 7, data, channels, depth }))).toBe(true);
  }
});
