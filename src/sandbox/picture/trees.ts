import type { Draw } from '../draws.ts';
import { type Canvas, cover } from './canvas.ts';
import { type Colour, mix } from './colour.ts';
import type { Ridge } from './scene.ts';

/** Firs along a crest, in groves: their size is what tells the eye how far away everything is. */
export function plantTrees(canvas: Canvas, ridge: Ridge, dark: Colour, draw: Draw): void {
  const { width } = canvas;
  const unit = Math.min(width, canvas.height);
  const tall = unit * (0.008 + 0.1 * ridge.near ** 2.6);
  const colour = mix(ridge.crest, dark, 0.3 * ridge.near);
  const start = draw() * 64;
  for (let x = -tall * 0.2; x < width + tall * 0.2; x += tall * (0.08 + 0.16 * draw())) {
    const bend = start + (x * 4) / unit;
    const dense = 0.5 + 0.28 * Math.sin(bend) + 0.22 * Math.sin(bend * 2.7 + start);
    // The nearest ones stand at the sides and frame the view.
    const side = Math.abs((2 * x) / width - 1);
    const frame = ridge.near === 1 ? 0.5 + 1.1 * side ** 3 : 1;
    const size = tall * (0.4 + 0.6 * draw()) * (0.5 + 0.6 * dense) * frame;
    if (draw() > dense * (ridge.near === 1 ? 0.5 + side : 1.2)) continue;
    const column = Math.min(Math.max(Math.round(x), 0), width - 1);
    paintFir(canvas, { x, foot: (ridge.line[column] as number) + size * 0.12, size, colour }, draw);
  }
}

interface Fir {
  x: number;
  foot: number;
  size: number;
  colour: Colour;
}

function paintFir({ width, height, pixels }: Canvas, { x, foot, size, colour }: Fir, draw: Draw): void {
  const top = foot - size;
  const tiers = Math.min(5 + Math.floor(draw() * 4), size / 3);
  const broad = size * (0.15 + 0.06 * draw());
  const lean = (draw() - 0.5) * 0.05;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(foot, height); y++) {
    const down = Math.max((y + 0.5 - top) / size, 0);
    const tier = (down * tiers) % 1;
    const half = down > 0.93 ? size * 0.018 : broad * down ** 0.85 * (0.5 + 0.5 * tier) + 0.3;
    const middle = x + (y - foot) * lean;
    const left = middle - half * (0.86 + 0.28 * draw());
    const right = middle + half * (0.86 + 0.28 * draw());
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(right, width); column++) {
      const share = Math.min(column + 1, right) - Math.max(column, left);
      if (share > 0) cover(pixels, (y * width + column) * 3, colour, Math.min(share, 1));
    }
  }
}
