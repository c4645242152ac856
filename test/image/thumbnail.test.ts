import { decode, encode } from 'fast-png';
import { expect, test } from 'vitest';
import { thumbnail } from '../../src/image/thumbnail.ts';

function png(width: number, height: number, channels: 3 | 4): Uint8Array {
  const data = Uint8Array.from({ length: width * height * channels }, (_, at) => (at % channels) * 60 + 10);
  return encode({ width, height, data, channels, depth: 8 });
}

test.each([
  [1024, 1024, 3, 512, 512],
  [1408, 768, 3, 469, 256],
  [768, 1408, 4, 256, 469],
  [600, 10, 3, 300, 5],
  [40, 30, 3, 40, 30],
] as const)('makes %i × %i with %i channels %i × %i', (width, height, channels, smallWidth, smallHeight) => {
  const small = decode(thumbnail(png(width, height, channels)) ?? new Uint8Array());
  expect([small.width, small.height, small.channels]).toEqual([smallWidth, smallHeight, channels]);
  expect([...small.data.slice(0, channels)]).toEqual([10, 70, 130, 190].slice(0, channels));
});

test('does not unpack a picture that claims to be huge', () => {
  const huge = Buffer.from(png(8, 8, 3));
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  expect(thumbnail(huge)).toBeUndefined();
});
