import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../src/sandbox/image-file.ts';
import type { Fields } from '../../src/sandbox/order.ts';
import { drawPicture } from '../../src/sandbox/picture.ts';

const fields = { prompt: 'mug', model: 'imagen-4' };
const png = (changes: Partial<Fields> = {}) => encodePng(drawPicture({ ...fields, ...changes }));

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The letters in a part of a square picture: groups of columns that hold white. */
function lettersIn(bytes: Uint8Array, { left, right, top, bottom }: Box): number {
  const { width, data } = decode(bytes);
  const isWhite = (x: number, y: number) =>
    [0, 1, 2].every((channel) => (data[(y * width + x) * 3 + channel] ?? 0) > 250);
  const rows = Array.from({ length: bottom - top }, (_, row) => top + row);
  const columns = Array.from({ length: right - left }, (_, column) => rows.some((y) => isWhite(left + column, y)));
  return columns.filter((inked, column) => inked && !columns[column - 1]).length;
}

const tag = { left: 605, right: 962, top: 0, bottom: 81 };
const caption = { left: 0, right: 1024, top: 700, bottom: 930 };

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
    const bytes = png(ratio === undefined ? {} : { aspect_ratio: ratio });
    expect(decode(bytes, { checkCrc: true })).toMatchObject({ width, height, channels: 3, depth: 8 });
    expect(bytes.length).toBeGreaterThan(50_000);
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
      png({ aspect_ratio: '1:1' }),
      png({ aspect_ratio: 'auto' }),
    ];
    expect(new Set(pictures.map(String)).size).toBe(pictures.length);
  });

  it('says SANDBOX in white on a red tag', () => {
    const bytes = png();
    expect(lettersIn(bytes, tag)).toBe('SANDBOX'.length);
    const { data } = decode(bytes);
    expect([...data.slice(tag.left * 3, tag.left * 3 + 3)]).toEqual([200, 75, 61]);
  });

  it.each([
    ['mug', 3],
    ['fox hut', 6],
    ['日本語', 0],
  ])('shows the prompt %s at its foot', (prompt, letters) => {
    expect(lettersIn(png({ prompt }), caption)).toBe(letters);
  });

  it.each([
    ['Korean', '나무 탁자 위의 머그잔'],
    ['emoji', '☕️ 👩‍🚀'],
    ['lines and accents', 'crème\nbrûlée'],
    ['a prompt of a megabyte', 'It was the best of times, it was the worst of times. '.repeat(20_000)],
  ])('can be drawn for %s', (_, prompt) => {
    expect(decode(png({ prompt, aspect_ratio: '9:16' }))).toMatchObject({ width: 768, height: 1408 });
  });
});
