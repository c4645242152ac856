import { widthOf } from './lettering.ts';

/**
 * Breaks a text into lines no wider than `width` ems, as even as they can be. A word that is too long is cut. What goes
 * beyond `most` lines is left out, and an ellipsis says so.
 */
export function wrap(text: string, width: number, most: number): string[] {
  const lines = fill(text, width);
  if (lines.length > most) return shortened(lines.slice(0, most), width);
  let [narrow, wide] = [width / 2, width];
  // The narrowest width that needs no further line leaves no single word on the last one.
  for (let round = 0; round < 7; round++) {
    const middle = (narrow + wide) / 2;
    if (fill(text, middle).length > lines.length) narrow = middle;
    else wide = middle;
  }
  return fill(text, wide);
}

function fill(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((word) => cut(word, width))) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

function cut(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const parts = [''];
  for (const character of word) {
    const part = parts.at(-1) ?? '';
    if (widthOf(part + character) > width) parts.push(character);
    else parts[parts.length - 1] = part + character;
  }
  return parts;
}

function shortened(lines: string[], width: number): string[] {
  let last = lines.at(-1) ?? '';
  while (last && widthOf(`${last}…`) > width) last = last.slice(0, -1);
  return [...lines.slice(0, -1), `${last.replace(/[ ,;:.-]+$/, '')}…`];
}
