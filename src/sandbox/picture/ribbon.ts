import { type Canvas, cover } from './canvas.ts';
import { type Colour, mix } from './colour.ts';
import { drawInk } from './ink.ts';
import { strokesOf, widthOf } from './lettering.ts';

const word = 'SANDBOX';
const spacing = 0.2;

/** A ribbon across the upper right corner: nobody takes the picture for one that was paid for. */
export function tieRibbon(canvas: Canvas, cloth: Colour, letters: Colour): void {
  const unit = Math.min(canvas.width, canvas.height);
  const band = { middle: unit * 0.29, half: unit * 0.034, unit };
  paintBand(canvas, cloth, band);
  const size = unit * 0.047;
  const start = (-(widthOf(word, spacing) - spacing) * size) / 2;
  const strokes = strokesOf(word, spacing);
  const [x, y] = [canvas.width - band.middle / 2, band.middle / 2];
  for (let index = 0; index < strokes.length; index += 2) {
    const along = start + (strokes[index] as number) * size;
    const across = size * 0.35 + (strokes[index + 1] as number) * size;
    strokes[index] = x + (along - across) * Math.SQRT1_2;
    strokes[index + 1] = y + (along + across) * Math.SQRT1_2;
  }
  drawInk(canvas, strokes, {
    colour: letters,
    width: size * 0.115,
    strength: 1,
  });
}

interface Band {
  /** How far from the corner its middle cuts the edges of the picture. */
  middle: number;
  half: number;
  unit: number;
}

function paintBand(canvas: Canvas, cloth: Colour, { middle, half, unit }: Band): void {
  const { width, pixels } = canvas;
  const soft = unit * 0.016;
  const reach = Math.ceil(middle + (half + soft) * Math.SQRT2);
  const thread = mix(cloth, [255, 255, 255], 0.55);
  const shadow = mix(cloth, [0, 0, 0], 0.9);
  for (let y = 0; y < reach; y++) {
    for (let x = width - reach; x < width; x++) {
      const off = Math.abs((width - x + y - middle) * Math.SQRT1_2);
      if (off >= half + soft) continue;
      const at = (y * width + x) * 3;
      const fade = 1 - Math.max(off - half, 0) / soft;
      cover(pixels, at, shadow, 0.36 * fade * fade);
      // Cloth bends away from the light at its edges.
      cover(pixels, at, lit(cloth, 1.03 - 0.1 * (off / half) ** 2), edge(half - off));
      const along = (x - width + y) * Math.SQRT1_2;
      cover(pixels, at, thread, 0.8 * stitch(along, off - half * 0.82, unit));
    }
  }
}

/** How much of a pixel lies inside a line that is this far beyond it. */
function edge(inside: number): number {
  return Math.min(Math.max(inside + 0.5, 0), 1);
}

function stitch(along: number, off: number, unit: number): number {
  const step = unit * 0.016;
  const place = Math.abs((((along % step) + step) % step) - step / 2);
  return edge(unit * 0.0011 - Math.abs(off)) * edge(unit * 0.0045 - place);
}

function lit([red, green, blue]: Colour, light: number): Colour {
  return [red * light, green * light, blue * light];
}
