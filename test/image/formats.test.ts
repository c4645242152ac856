import { expect, test } from 'vitest';
import { type ImageFacts, type ImageFlaw, ImageInspector } from '../../src/image/inspect.ts';
import { picture } from './pictures.ts';

const png = picture('plain.png');
const jpeg = picture('baseline.jpg');
const gif = picture('still.gif');
const lossy = picture('lossy.webp');
const lossless = picture('lossless.webp');
const avif = picture('still.avif');
const startOfFrame = jpeg.indexOf('ffc0', 'hex');
const firstScan = jpeg.indexOf('ffda', 'hex');
const firstBlock = 13 + 256 * 3;
const meta = avif.indexOf('meta') - 4;
const mdat = avif.indexOf('mdat') - 4;

test.each<[string, Buffer, string]>([
  ['a PNG without IHDR', put(png, 12, 'IHDX'), 'the PNG is damaged: it does not begin with an IHDR chunk'],
  ['a PNG of no width', put(png, 16, '\0\0\0\0'), 'the PNG is damaged: it says it is 0 × 27 pixels'],
  ['a PNG with a torn chunk', put(png, 37, '\0\0\0\0'), 'the PNG is damaged: a chunk has an invalid name'],
  ['a PNG without pixels', Buffer.concat([png.subarray(0, 33), png.subarray(-12)]), noPixels('PNG')],
  ['a JPEG without a scan', Buffer.concat([jpeg.subarray(0, firstScan), jpeg.subarray(-2)]), noPixels('JPEG')],
  [
    'a JPEG without a frame',
    put(jpeg, startOfFrame, '\xff\xfe'),
    'the JPEG is damaged: its pixels come before its size',
  ],
  ['a JPEG with a torn segment', put(jpeg, 4, '\0\0'), 'the JPEG is damaged: a length in it is invalid'],
  ['a GIF with a torn block', put(gif, firstBlock, '\x07'), 'the GIF is damaged: a block is of an unknown kind'],
  ['a GIF without pixels', Buffer.concat([gif.subarray(0, firstBlock), Buffer.from(';')]), noPixels('GIF')],
  [
    'a WebP with a torn chunk',
    put(lossy, 18, '\xff'),
    'the WebP is damaged: a chunk is longer than the file says it is',
  ],
  [
    'a WebP that begins with a delta frame',
    put(lossy, 23, '\0'),
    'the WebP is damaged: its VP8 data does not begin with a valid key frame',
  ],
  [
    'a WebP with another signature',
    put(lossless, 20, '\0'),
    'the WebP is damaged: its VP8L data has an invalid header',
  ],
  ['a WebP without pixels', Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1'), noPixels('WebP')],
  ['an AVIF without mdat', avif.subarray(0, mdat), noPixels('AVIF')],
  ['an AVIF without meta', Buffer.concat([avif.subarray(0, meta), avif.subarray(mdat)]), noPixels('AVIF')],
  [
    'HEIC',
    Buffer.from(avif.toString('latin1').replace(/avif/g, 'heic'), 'latin1'),
    'it is not a PNG, JPEG, WebP, GIF or AVIF',
  ],
  ['an ftyp box without end', put(avif, 0, '\0\x10'), 'it is not a PNG, JPEG, WebP, GIF or AVIF'],
])('refuses %s', async (_, bytes, reason) => {
  expect(await inspected(bytes)).toEqual({ whole: false, reason });
});

test('takes the size of the JPEG, not of the thumbnail in its EXIF', async () => {
  const bytes = picture('thumbnail.jpg');
  expect(bytes.indexOf('ffc0', 'hex')).toBeLessThan(bytes.lastIndexOf('ffc0', 'hex'));
  expect(await inspected(bytes)).toMatchObject({ whole: true, width: 48, height: 27 });
});

test('takes a JPEG whose height follows its first scan', async () => {
  const unknownHeight = put(jpeg, startOfFrame + 5, '\0\0');
  const lines = Buffer.from('ffdc0004001b', 'hex');
  const bytes = Buffer.concat([unknownHeight.subarray(0, -2), lines, unknownHeight.subarray(-2)]);
  expect(await inspected(bytes)).toMatchObject({ whole: true, height: 27 });
});

test('takes a JPEG with fill bytes before its markers', async () => {
  const filled = [jpeg.subarray(0, startOfFrame), Buffer.from('ffffff', 'hex'), jpeg.subarray(startOfFrame)];
  expect(await inspected(Buffer.concat(filled))).toMatchObject({ whole: true, width: 48, height: 27 });
});

test('takes a lossless WebP of a few bytes', async () => {
  const dot = Buffer.from('UklGRhIAAABXRUJQVlA4TAYAAAAvAAAAAAA=', 'base64');
  expect(await inspected(dot)).toMatchObject({ whole: true, width: 1, height: 1, bytes: 26 });
});

test('takes a WebP whose last chunk lacks its padding', async () => {
  const unpadded = Buffer.from('524946461100000057454250 5650384c05000000 2f00000000'.replaceAll(' ', ''), 'hex');
  expect(await inspected(unpadded)).toMatchObject({ whole: true, bytes: 25 });
});

test('takes an AVIF with a 64-bit box, and one whose last box reaches to the end', async () => {
  const pixels = avif.subarray(mdat + 8);
  const long = Buffer.alloc(16);
  long.write('\0\0\0\x01mdat', 'latin1');
  long.writeBigUInt64BE(BigInt(pixels.length + 16), 8);
  const start = avif.subarray(0, mdat);
  const facts = { whole: true, width: 48, height: 27 };
  expect(await inspected(Buffer.concat([start, long, pixels]))).toMatchObject(facts);
  expect(await inspected(Buffer.concat([start, long, pixels.subarray(1)]))).toMatchObject({ whole: false });
  expect(await inspected(Buffer.concat([start, Buffer.from('\0\0\0\0mdat'), pixels]))).toMatchObject(facts);
});

test('takes the largest size in an AVIF', async () => {
  expect(picture('grid.avif').toString('latin1').match(/ispe/g)?.length).toBeGreaterThan(1);
  expect(await inspected(picture('grid.avif'))).toMatchObject({ width: 128, height: 64 });
});

async function inspected(bytes: Buffer): Promise<ImageFacts | ImageFlaw> {
  const inspector = new ImageInspector();
  await inspector.write(bytes);
  return await inspector.end();
}

function put(bytes: Buffer, at: number, text: string): Buffer {
  const changed = Buffer.from(bytes);
  changed.write(text, at, 'latin1');
  return changed;
}

function noPixels(name: string): string {
  return `the ${name} is damaged: it holds no pixels`;
}
