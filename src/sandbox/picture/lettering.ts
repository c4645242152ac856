import { letterFor } from './letter.ts';

/** Pairs that stand too far apart by their sides alone. */
const close = new Set(
  'AV AW AY AT AU VA WA YA TA LT LY LV LW Ta Tc Te To Tr Ts Tu Tw Ty Va Ve Vo Wa We Wo Ya Ye Yo Yu P. P, PA FA F. F, T. T, Y. Y, V. V, W. W, r. r, v. v, w. w, y. y,'.split(
    ' ',
  ),
);

/** Width of a line in ems; `spacing` is added between letters. */
export function widthOf(text: string, spacing = 0): number {
  let width = 0;
  placeLetters(text, spacing, (_, __, end) => {
    width = end;
  });
  return width;
}

/** The strokes of a line in ems, from its left end on the baseline; y goes down. */
export function strokesOf(text: string, spacing = 0): number[] {
  const strokes: number[] = [];
  placeLetters(text, spacing, (letter, start) => {
    for (let index = 0; index < letter.length; index += 2) {
      strokes.push((letter[index] as number) + start, letter[index + 1] as number);
    }
  });
  return strokes;
}

function placeLetters(
  text: string,
  spacing: number,
  place: (strokes: readonly number[], start: number, end: number) => void,
): void {
  let x = 0;
  let before = '';
  for (const character of text) {
    const letter = letterFor(character);
    if (close.has(before + character)) x -= 0.07;
    place(letter?.strokes ?? [], x, x + (letter?.advance ?? 0.26));
    x += (letter?.advance ?? 0.26) + spacing;
    before = character;
  }
}
