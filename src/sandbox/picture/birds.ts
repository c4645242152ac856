import type { Draw } from '../draws.ts';
import type { Canvas } from './canvas.ts';
import { drawInk } from './ink.ts';
import { strokesAlong } from './pen.ts';
import type { Scene } from './scene.ts';

const wings = strokesAlong('M-1000 120 C-800 460 -300 420 0 0 C300 420 800 460 1000 120');

/** A few birds on their way across the sky, by day. */
export function releaseBirds(canvas: Canvas, { mood, disc, horizon }: Scene, draw: Draw): void {
  if (mood.night || draw() < 0.35) return;
  const unit = Math.min(canvas.width, canvas.height);
  const count = 3 + Math.floor(draw() * 5);
  const x = disc.x + (disc.x < canvas.width / 2 ? 1 : -1) * canvas.width * (0.16 + 0.2 * draw());
  const y = horizon * (0.3 + 0.2 * draw());
  for (let bird = 0; bird < count; bird++) {
    const size = unit * (0.006 + 0.009 * draw());
    const flap = 0.5 + draw();
    const left = x + unit * 0.14 * (draw() - 0.5) + bird * unit * 0.045;
    const top = y + unit * 0.1 * (draw() - 0.5) + bird * unit * 0.008;
    const strokes = wings.map((value, index) =>
      index % 2 === 0 ? left + value * size : top + value * size * flap,
    );
    drawInk(canvas, strokes, {
      colour: mood.near,
      width: size * 0.14 + 0.4,
      strength: 0.75,
    });
  }
}
