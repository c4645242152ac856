import { describe, expect, it } from 'vitest';
import { drawable } from '../../src/sandbox/picture/drawable.ts';
import { letterFor } from '../../src/sandbox/picture/letter.ts';
import { widthOf } from '../../src/sandbox/picture/lettering.ts';
import { clipped, fill, fillEvenly, measure } from '../../src/sandbox/picture/wrap.ts';

describe('the alphabet', () => {
  it('has every printable letter of ASCII', () => {
    const letters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
    expect(letters.filter((letter) => !letterFor(letter)?.strokes.length)).toEqual([]);
  });

  it('composes every Korean syllable', () => {
    for (let code = 0xac00; code <= 0xd7a3; code += 7) {
      const strokes = letterFor(String.fromCharCode(code))?.strokes ?? [];
      expect(strokes.length % 4).toBe(0);
      expect(strokes.length).toBeGreaterThan(8);
      expect(strokes.every((value) => value > -1 && value < 1)).toBe(true);
    }
  });

  it.each([
    ['Crème Brûlée, Žižek', 'Creme Brulee, Zizek'],
    ['“Straße” – it’s…', '"Strasse" - it\'s…'],
    ['커피 머그 HELLO', '커피 머그 HELLO'],
    ['a\n\tb', 'a b'],
    ['tea ☕️ for 二人', 'tea for'],
    ['日本語', ''],
  ])('draws %j as %j', (text, drawn) => {
    expect(drawable(text)).toBe(drawn);
  });
});

describe('breaking a caption into lines', () => {
  const text = 'The quick brown fox jumps over the lazy dog and runs away';

  it('keeps every word and stays within the width', () => {
    const lines = fill(measure(text, 8), 8);
    expect(lines.join(' ')).toBe(text);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(8);
  });

  it('makes the lines even', () => {
    const words = measure('one two three four five six', 99);
    const widths = fillEvenly(words, widthOf('one two three four five') + 0.1).map((line) => widthOf(line));
    expect(widths).toHaveLength(2);
    expect(Math.abs((widths[0] ?? 0) - (widths[1] ?? 0))).toBeLessThan(2);
  });

  it('says by an ellipsis that something was left out', () => {
    const lines = clipped(fill(measure(text, 8), 8), 8, 2);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/\w…$/);
    expect(widthOf(lines[1] ?? '')).toBeLessThanOrEqual(8);
  });

  it('cuts a word that is wider than the line', () => {
    const lines = fill(measure('x'.repeat(100), 5), 5);
    expect(lines.join('')).toBe('x'.repeat(100));
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(5);
  });
});
