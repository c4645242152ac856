import { glyphs } from './glyphs.ts';
import { isSyllable, syllableStrokes } from './hangul.ts';
import { strokesAlong } from './pen.ts';

/** A letter in ems: straight strokes (x1 y1 x2 y2 of each, y downwards from the baseline), and where the next begins. */
export interface Letter {
  strokes: readonly number[];
  advance: number;
}

const drawn = new Map<string, Letter>();

/** The letter for a character, or undefined where the alphabet has none. */
export function letterFor(character: string): Letter | undefined {
  const known = drawn.get(character);
  if (known) return known;
  const letter = isSyllable(character)
    ? { strokes: syllableStrokes(character), advance: 0.94 }
    : latin(character);
  if (letter) drawn.set(character, letter);
  return letter;
}

/** Room beside each kind of side. */
const bearings: Readonly<Record<string, number>> = {
  s: 0.112,
  r: 0.088,
  o: 0.07,
  d: 0.052,
  h: -0.05,
};

function latin(character: string): Letter | undefined {
  const glyph = glyphs[character];
  if (glyph === undefined) return undefined;
  const strokes = strokesAlong(glyph.slice(3));
  const across = strokes.filter((_, index) => index % 2 === 0);
  const left = Math.min(...across);
  const before = bearings[glyph.charAt(0)] ?? 0;
  const after = bearings[glyph.charAt(1)] ?? 0;
  return {
    strokes: strokes.map((value, index) => (index % 2 === 0 ? value - left + before : value)),
    advance: Math.max(...across) - left + before + after,
  };
}
