import { widthOf } from './lettering.ts';

/** A piece of text that stays on one line, and its width in ems. */
export interface Word {
  text: string;
  width: number;
  /** The rest of a word that was cut: no space before it. */
  joined: boolean;
}

const space = widthOf(' ');

/** The words of a text, measured once for all sizes that are tried; what is wider than `widest` ems is cut. */
export function measure(text: string, widest: number): Word[] {
  return text.split(' ').flatMap((word) => cut(word, widest));
}

/** Sets words into lines no wider than `width` ems, each as full as it can be. */
export function fill(words: readonly Word[], width: number): string[] {
  const lines: string[] = [];
  let [line, used] = ['', 0];
  for (const word of words) {
    const gap = word.joined || !line ? 0 : space;
    if (line && used + gap + word.width > width) {
      lines.push(line);
      [line, used] = [word.text, word.width];
    } else {
      line += (gap ? ' ' : '') + word.text;
      used += gap + word.width;
    }
  }
  return line ? [...lines, line] : lines;
}

/** The same in as many lines, as even as they can be: no single word is left on the last. */
export function fillEvenly(words: readonly Word[], width: number): string[] {
  const lines = fill(words, width).length;
  let [narrow, wide] = [width / 2, width];
  for (let round = 0; round < 7; round++) {
    const middle = (narrow + wide) / 2;
    if (fill(words, middle).length > lines) narrow = middle;
    else wide = middle;
  }
  return fill(words, wide);
}

/** The first `most` lines; an ellipsis says where there were more. */
export function clipped(lines: readonly string[], width: number, most: number): string[] {
  if (lines.length <= most) return [...lines];
  let last = lines[most - 1] ?? '';
  while (last && widthOf(`${last}…`) > width) last = last.slice(0, -1);
  return [...lines.slice(0, most - 1), `${last.replace(/[ ,;:.-]+$/, '')}…`];
}

function cut(text: string, widest: number): Word[] {
  const words: Word[] = [{ text: '', width: 0, joined: false }];
  for (const letter of text) {
    const width = widthOf(letter);
    const word = words.at(-1);
    if (word && word.width + width <= widest) {
      word.text += letter;
      word.width += width;
    } else words.push({ text: letter, width, joined: true });
  }
  return words;
}
