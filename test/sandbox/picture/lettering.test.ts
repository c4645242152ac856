import { describe, expect, it } from 'vitest';
import { fitText, write } from '../../../src/sandbox/picture/lettering.ts';

const unit = 768;
const linesOf = (text: string) => fitText(text, 1300, unit).lines;
const text = 'The quick brown fox jumps over the lazy dog and runs away. ';

describe('fitting a text', () => {
  it.each([
    ['Crème Brûlée, Žižek', 'Creme Brulee, Zizek'],
    ['“Quoted” – it’s…', '"Quoted" - it\'s...'],
    ['커피 머그 HELLO', '커피 머그 HELLO'],
    ['a\n\tb', 'a b'],
    ['tea ☕️ 茶 leaves', 'tea leaves'],
  ])('draws %j as %j', (typed, drawn) => {
    expect(linesOf(typed)).toEqual([drawn]);
  });

  it('writes nothing where no letter is known', () => {
    expect(linesOf('日本語')).toEqual([]);
  });

  it('keeps every word, in smaller letters the more there are', () => {
    const [short, long] = [fitText(text, 1300, unit), fitText(text.repeat(6), 1300, unit)];
    expect(short.lines.join(' ')).toBe(text.trim());
    expect(long.lines.join(' ')).toBe(text.repeat(6).trim());
    expect(long.size).toBeLessThan(short.size);
  });

  it('cuts off what is too long even in the smallest letters', () => {
    const { lines, size } = fitText(text.repeat(60), 1300, unit);
    expect(lines).toHaveLength(7);
    expect(lines[6]).toBe('…');
    expect(size).toBeGreaterThan(unit * 0.025);
  });

  it('breaks a word that is wider than the line', () => {
    const { lines } = fitText('x'.repeat(200), 600, unit);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toBe('x'.repeat(200));
  });

  it.each(['W', '한'])('stays within the width with wide letters such as %s', (letter) => {
    const { lines, size } = fitText(letter.repeat(90), 600, unit);
    const canvas = { width: 1000, height: 100, pixels: new Uint8Array(1000 * 100 * 3) };
    for (const line of lines) write(canvas, line, 0, 80, size);
    const lit = [...canvas.pixels].flatMap((value, at) => (value > 0 ? [Math.floor(at / 3) % 1000] : []));
    expect(Math.max(...lit)).toBeGreaterThan(300);
    expect(Math.max(...lit)).toBeLessThan(600);
  });
});

describe('writing', () => {
  it('lightens what lies below the strokes, and nothing else', () => {
    const canvas = { width: 60, height: 40, pixels: new Uint8Array(60 * 40 * 3).fill(90) };
    write(canvas, 'l', 10, 30, 30);
    expect(canvas.pixels.includes(255)).toBe(true);
    expect(Math.min(...canvas.pixels)).toBe(90);
    expect(canvas.pixels.subarray(0, 60 * 3 * 5).every((value) => value === 90)).toBe(true);
  });

  it('stays inside the picture', () => {
    const canvas = { width: 20, height: 10, pixels: new Uint8Array(20 * 10 * 3) };
    write(canvas, 'WWWWW', -15, 12, 30);
    expect(canvas.pixels).toHaveLength(600);
  });
});
