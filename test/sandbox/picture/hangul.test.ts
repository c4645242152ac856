import { expect, test } from 'vitest';
import { traceSyllable } from '../../../src/sandbox/picture/hangul.ts';

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
