import { expect, test } from 'vitest';
import { trace, traceSyllable } from '../../../src/sandbox/picture/alphabet.ts';

test('every printable letter of ASCII but the backtick has strokes of its own', () => {
  const letters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  const drawn = letters.filter((letter) => letter !== '`').map((letter) => trace(letter).join(' '));
  expect(drawn).not.toContain('');
  expect(new Set(drawn).size).toBe(93);
});

test('a straight stroke goes through its points', () => {
  expect(trace('V')).toEqual([0, 0.7, 0, 0.7, 0, 0.7, 0.26, 0, 0.26, 0, 0.52, 0.7]);
});

test('a curve is unbroken and stays inside its control points', () => {
  const lines = trace('O');
  for (let at = 4; at < lines.length; at += 4) {
    expect(lines[at]).toBeCloseTo(lines[at - 2] ?? Number.NaN, 9);
    expect(lines[at + 1]).toBeCloseTo(lines[at - 1] ?? Number.NaN, 9);
  }
  expect(lines.length).toBeGreaterThan(100);
  expect(Math.min(...lines)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...lines)).toBeLessThanOrEqual(0.7);
});

test('a letter that is not in the alphabet has no strokes', () => {
  expect(trace('語')).toEqual([]);
});

test('every Korean syllable is composed of strokes of its own, inside an em', () => {
  const drawn = new Set<string>();
  for (let code = 0xac00; code <= 0xd7a3; code += 7) {
    const lines = traceSyllable(String.fromCharCode(code));
    expect(lines.length % 4).toBe(0);
    expect(lines.every((value) => value > -0.15 && value < 1)).toBe(true);
    drawn.add(lines.join(' '));
  }
  expect(drawn.size).toBe(Math.ceil((0xd7a3 - 0xac00 + 1) / 7));
});

test('a final consonant stands below the rest', () => {
  const heights = (syllable: string) => traceSyllable(syllable).filter((_, index) => index % 2 === 1);
  expect(Math.min(...heights('고'))).toBeGreaterThan(0);
  expect(Math.min(...heights('곡'))).toBeCloseTo(-0.1, 9);
});
