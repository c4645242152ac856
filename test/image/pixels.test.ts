import { readFile } from 'node:fs/promises';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { readPixels } from '../../src/image/pixels.ts';
import { shrink } from '../../src/image/shrink.ts';
import { smallPng } from '../support/service.ts';

const jpeg = await readFile(new URL('../fixtures/images/baseline.jpg', import.meta.url));
const png = smallPng(3);

describe('pixels', () => {
  const rgba = (...values: number[]): Uint8Array => new Uint8Array(values);

  test.each([
    ['grey', { channels: 1, depth: 8, data: rgba(10, 20) }, rgba(10, 10, 10, 255, 20, 20, 20, 255)],
    [
      'grey with opacity',
      { channels: 2, depth: 8, data: rgba(10, 0, 20, 255) },
      rgba(10, 10, 10, 0, 20, 20, 20, 255),
    ],
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

  test('made fewer are the mean of what they stand for', () => {
    const data = rgba(0, 0, 0, 255, 100, 0, 0, 255, 0, 50, 0, 255, 100, 50, 0, 255);
    expect(shrink({ width: 2, height: 2, data }, { width: 1, height: 1 }).data).toEqual(rgba(50, 25, 0, 255));
    expect(shrink({ width: 2, height: 1, data }, { width: 2, height: 2 }).data).toEqual(
      rgba(0, 0, 0, 255, 100, 0, 0, 255, 0, 0, 0, 255, 100, 0, 0, 255),
    );
  });
});
