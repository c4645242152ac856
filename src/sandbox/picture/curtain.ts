import type { Draw } from '../draws.ts';
import { type Canvas, cover } from './canvas.ts';
import { type Colour, mix } from './colour.ts';
import { noiseAt, noiseField } from './noise.ts';

/** Northern lights: two folded bands, sharp below, in rays above, from the first colour up into the second. */
export function paintCurtain(
  canvas: Canvas,
  colours: readonly [Colour, Colour],
  horizon: number,
  draw: Draw,
): void {
  const { width, pixels } = canvas;
  const noise = noiseField();
  const shades = Array.from({ length: 32 }, (_, index) => mix(colours[0], colours[1], index / 31));
  for (const [hem, strength] of [
    [0.62, 0.55],
    [0.42, 0.8],
  ] as const) {
    const [u, v] = [draw() * 256, draw() * 256];
    for (let x = 0; x < width; x++) {
      const fold = noiseAt(noise, u + (x * 90) / width, v) - 0.5;
      const ray = noiseAt(noise, u * 3 + (x * 500) / width + fold * 60, v + 90);
      const bottom = horizon * (hem + fold * 0.75 + (x / width - 0.5) * 0.16);
      const tall = horizon * (0.16 + 0.62 * ray * ray);
      const bright = strength * Math.min(Math.max(ray * 1.9 - 0.42, 0.08), 1);
      for (let y = Math.max(0, Math.floor(bottom - tall)); y < Math.min(bottom + 14, horizon); y++) {
        const up = (bottom - y) / tall;
        const share = up < 0 ? 1 + (bottom - y) / 14 : Math.max(1 - up, 0) ** 1.7;
        const shade = shades[Math.min(Math.max(Math.floor(up * 40), 0), 31)] ?? colours[0];
        cover(pixels, (y * width + x) * 3, shade, bright * share);
      }
    }
  }
}
