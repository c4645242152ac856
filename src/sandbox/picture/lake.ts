import type { Canvas } from './canvas.ts';
import { mix } from './colour.ts';
import { noiseAt, noiseField } from './noise.ts';
import type { Scene } from './scene.ts';

/** Still water from the horizon down: what stands above it, mirrored and rippled, the light broken on the waves. */
export function paintLake({ width, height, pixels }: Canvas, { mood, disc, horizon: top }: Scene): void {
  const noise = noiseField();
  const unit = Math.min(width, height);
  const deep = mix(mood.sky[0] ?? mood.near, mood.near, 0.5);
  for (let y = top; y < height; y++) {
    const near = (y - top) / (height - top);
    const v = 420 / (near + 0.12);
    const u = 26 / unit / (near * 0.8 + 0.2);
    const sway = unit * (0.004 + 0.03 * near);
    const tint = 0.12 + 0.34 * near;
    const path = 1 / (unit * (0.03 + 0.12 * near)) ** 2;
    let at = y * width * 3;
    for (let x = 0; x < width; x++, at += 3) {
      const wave = noiseAt(noise, x * u, v) - 0.5;
      const mirrored = Math.round(top - 1 - (y - top) * 0.9 + wave * sway * 2);
      const from = ((mirrored < 0 ? 0 : mirrored < top ? mirrored : top - 1) * width + x) * 3;
      const glint = wave > 0 ? Math.min((wave * 3.2) / (1 + (x - disc.x) ** 2 * path), 0.8) : 0;
      const depth = tint - wave * 0.25;
      for (let channel = 0; channel < 3; channel++) {
        const mirror = pixels[from + channel] as number;
        const water = mirror + ((deep[channel] as number) - mirror) * depth;
        pixels[at + channel] = water + ((mood.light[channel] as number) - water) * glint;
      }
    }
  }
}
