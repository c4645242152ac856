import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { drawPicture, type PictureOrder } from '../../src/sandbox/picture.ts';

const order: PictureOrder = { prompt: 'mug', model: 'imagen-4', seed: undefined, ratio: undefined };
const png = (changes: Partial<PictureOrder> = {}) => Buffer.from(drawPicture({ ...order, ...changes }));

describe('a sandbox picture', () => {
  it.each([
    ['16:9', 1408, 768],
    ['9:16', 768, 1408],
    ['4:3', 1280, 896],
    ['3:4', 896, 1280],
    ['1:1', 1024, 1024],
    ['auto', 1024, 1024],
    [undefined, 1024, 1024],
  ])('of ratio %s has the size that Imagen gives', (ratio, width, height) => {
    const bytes = png({ ratio });
    expect(decode(bytes, { checkCrc: true })).toMatchObject({ width, height, channels: 3, depth: 8 });
    expect(bytes.length).toBeLessThan(2_000_000);
  });

  it('is the same for the same prompt, model, seed and ratio', () => {
    expect(png().equals(png())).toBe(true);
  });

  it('is another for each of them', () => {
    const pictures = [
      png(),
      png({ prompt: 'mugs' }),
      png({ model: 'imagen-4-fast' }),
      png({ seed: 0 }),
      png({ seed: 1 }),
      png({ ratio: '1:1' }),
      png({ ratio: 'auto' }),
    ];
    expect(new Set(pictures.map(String)).size).toBe(pictures.length);
  });

  it.each([
    ['nothing that can be drawn', '日本語'],
    ['Korean', '나무 탁자 위의 머그잔'],
    ['emoji', '☕️ 👩‍🚀'],
    ['lines and accents', 'crème\nbrûlée'],
    ['a word without end', 'x'.repeat(3000)],
    ['a novel', 'It was the best of times, it was the worst of times. '.repeat(60)],
    [
      'every printable letter of ASCII',
      String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)),
    ],
  ])('can be drawn for %s', (_, prompt) => {
    expect(decode(png({ prompt, ratio: '9:16' }))).toMatchObject({ width: 768, height: 1408 });
  });
});
