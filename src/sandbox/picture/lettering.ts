import { trace, traceSyllable } from './alphabet.ts';
import type { Canvas } from './landscape.ts';

/** The lines of each letter in ems, and where the next letter begins. */
const letters = new Map([[' ', { lines: [] as number[], width: 0.28 }]]);

function letterOf(character: string): { lines: number[]; width: number } {
  const known = letters.get(character);
  if (known) return known;
  const traced = /[가-힣]/.test(character) ? traceSyllable(character) : trace(character);
  const across = traced.filter((_, index) => index % 2 === 0);
  const [bearing, left] = [0.085, Math.min(...across)];
  const lines = traced.map((value, index) => (index % 2 ? value : value - left + bearing));
  const letter = { lines, width: lines.length > 0 ? Math.max(...across) - left + 2 * bearing : 0 };
  letters.set(character, letter);
  return letter;
}

/** Breaks a text into lines in the largest size (pixels) at which it fits. Too long a text is cut off. */
export function fitText(text: string, width: number, unit: number): { lines: string[]; size: number } {
  const drawn = drawable(text.slice(0, 2000));
  for (let size = unit * 0.085; ; size *= 0.93) {
    const lines = wrap(drawn, width / size);
    // A large size is for a few words: six lines of it are a wall.
    const fits = lines.length * size < unit * 0.2 && lines.every((line) => widthOf(line) * size < width);
    if (fits) return { lines, size };
    if (size < unit * 0.03) return { lines: [...lines.slice(0, 6), '…'], size };
  }
}

/** Leaves out accents, and letters that the alphabet lacks. */
function drawable(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC').replace(/\s/g, ' ');
  const typed = plain.replace(/[‘’`]/g, "'").replace(/[“”„]/g, '"').replace(/[–—−]/g, '-');
  const drawn = [...typed].filter((character) => letterOf(character).width > 0);
  return drawn.join('').replace(/ +/g, ' ');
}

function wrap(text: string, widest: number): string[] {
  const lines: string[] = [];
  for (const piece of text.match(/\S{1,20}\s*/g) ?? []) {
    const longer = `${lines.at(-1) ?? ''}${piece}`;
    if (widthOf(longer.trimEnd()) < widest) lines.splice(-1, 1, longer);
    else lines.push(piece);
  }
  return lines.map((line) => line.trimEnd());
}

function widthOf(text: string): number {
  return [...text].reduce((width, character) => width + letterOf(character).width, 0);
}

/** Writes a line of text in white; lengths are pixels. */
export function write(canvas: Canvas, text: string, left: number, baseline: number, size: number): void {
  let start = left;
  for (const character of text) {
    const { lines, width } = letterOf(character);
    const placed = lines.map((value, index) => (index % 2 ? baseline - value * size : start + value * size));
    for (let index = 0; index < lines.length; index += 4)
      drawLine(canvas, placed.slice(index, index + 4), size * 0.085 + 0.5);
    start += width * size;
  }
}

/** Draws with a round pen. The lightest wins, so that no seam shows where two lines meet. */
function drawLine({ width, height, pixels }: Canvas, line: readonly number[], pen: number): void {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = line;
  const [right, bottom] = [Math.max(x1, x2) + pen, Math.max(y1, y2) + pen];
  const scale = 1 / ((x2 - x1) ** 2 + (y2 - y1) ** 2 || 1);
  for (let y = Math.max(0, Math.floor(Math.min(y1, y2) - pen)); y < Math.min(bottom, height); y++) {
    for (let x = Math.max(0, Math.floor(Math.min(x1, x2) - pen)); x < Math.min(right, width); x++) {
      const along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) * scale;
      const share = Math.min(Math.max(along, 0), 1);
      const across = x - x1 - (x2 - x1) * share;
      const down = y - y1 - (y2 - y1) * share;
      const light = Math.min(255 * (pen / 2 + 0.5 - Math.sqrt(across * across + down * down)), 255);
      const at = (y * width + x) * 3;
      for (let channel = at; channel < at + 3; channel++) pixels[channel] = Math.max(light, pixels[channel] as number);
    }
  }
}
