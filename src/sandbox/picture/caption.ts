import { type Canvas, cover } from './canvas.ts';
import { type Colour, colourOf, mix } from './colour.ts';
import { drawable } from './drawable.ts';
import { drawInk } from './ink.ts';
import { strokesOf } from './lettering.ts';
import { clipped, fill, fillEvenly, measure } from './wrap.ts';

const white = colourOf('#fffdf8');
const lineHeight = 1.42;

export interface Caption {
  prompt: string;
  /** What was ordered besides the prompt; written small. */
  facts: string;
  /** Colour that the foot of the picture is shaded with. */
  ground: Colour;
}

/** The prompt at the foot of the picture, as large as it can be, and the facts below it. */
export function writeCaption(canvas: Canvas, { prompt, facts, ground }: Caption): void {
  const unit = Math.min(canvas.width, canvas.height);
  const margin = unit * 0.06;
  const small = unit * 0.021;
  const { lines, size } = setText(drawable(prompt), canvas.width - 2 * margin, unit, canvas.height * 0.34);
  const foot = canvas.height - margin;
  const head = foot - small * 2.5 - lines.length * size * lineHeight;
  shadeFoot(canvas, head - unit * 0.12, ground);
  const rim = {
    colour: mix(ground, [0, 0, 0], 0.4),
    reach: unit * 0.018,
    strength: 0.32,
  };
  lines.forEach((line, index) => {
    const baseline = head + (index + 1) * size * lineHeight - size * 0.36;
    const strokes = placed(strokesOf(line), size, margin, baseline);
    drawInk(canvas, strokes, {
      colour: white,
      width: size * 0.082 + 0.5,
      strength: 1,
      rim,
    });
  });
  const strokes = placed(strokesOf(facts, 0.14), small, margin, foot);
  drawInk(canvas, strokes, {
    colour: white,
    width: small * 0.09 + 0.4,
    strength: 0.78,
    rim,
  });
}

/** The largest size at which the text fits into the room; at the smallest it is clipped. */
function setText(text: string, width: number, unit: number, room: number): { lines: string[]; size: number } {
  if (!text) return { lines: [], size: 0 };
  const words = measure(text, width / (unit * 0.085));
  const smallest = unit * 0.03;
  for (let size = unit * 0.085; size > smallest; size *= 0.92) {
    const lines = fill(words, width / size).length;
    // A large size is for a few words: three lines of it are a caption, six are a wall.
    const most = size > unit * 0.06 ? 2 : size > unit * 0.042 ? 3 : 5;
    const fits = lines <= most && lines * size * lineHeight <= room;
    if (fits) return { lines: fillEvenly(words, width / size), size };
  }
  const most = Math.floor(room / (smallest * lineHeight));
  return { lines: clipped(fill(words, width / smallest), width / smallest, most), size: smallest };
}

function placed(strokes: number[], size: number, left: number, baseline: number): number[] {
  return strokes.map((value, index) => value * size + (index % 2 === 0 ? left : baseline));
}

function shadeFoot({ width, height, pixels }: Canvas, from: number, ground: Colour): void {
  for (let y = Math.max(0, Math.floor(from)); y < height; y++) {
    const share = Math.min((y - from) / ((height - from) * 0.6), 1);
    const shade = 0.62 * share * share * (3 - 2 * share);
    for (let x = 0; x < width; x++) cover(pixels, (y * width + x) * 3, ground, shade);
  }
}
