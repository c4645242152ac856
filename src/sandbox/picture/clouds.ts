import type { Canvas } from './canvas.ts';
import { noiseAt, noiseField } from './noise.ts';
import type { Scene } from './scene.ts';

/** Thin clouds, lit from where the light stands; `air` is the colour of the sky, three floats a row. */
export function paintClouds(
  canvas: Canvas,
  { mood, disc, clouds }: Scene,
  air: Float32Array,
  rows: number,
): void {
  const { width, height, pixels } = canvas;
  const noise = noiseField();
  const unit = Math.min(width, height);
  const edge = 0.62 - 0.16 * clouds.amount;
  const strength = mood.night ? 0.35 : 0.8;
  const toLight = Float32Array.from(
    { length: width },
    (_, x) => 3 * Math.max(-1, Math.min(1, (disc.x - x) / (unit * 0.25))),
  );
  for (let y = 0; y < rows; y++) {
    const high = 1 - y / rows;
    const veil = strength * Math.min(1, 4 * high) * (1 - 0.5 * high);
    // Bands of cloud grow thinner towards the horizon, as they do when seen from below.
    const v = clouds.v + 150 / (0.35 + 1.3 * high);
    const stretch = 62 / unit / (0.55 + 0.75 * high);
    let at = y * width * 3;
    for (let x = 0; x < width; x++, at += 3) {
      const u = clouds.u + (x - width / 2) * stretch;
      const here = noiseAt(noise, u, v);
      if (here <= edge) continue;
      const share = Math.min((here - edge) * 5, 1) * veil;
      const lit = Math.min(
        Math.max(0.55 + 6 * (here - noiseAt(noise, u + (toLight[x] as number), v + 2)), 0),
        1,
      );
      for (let channel = 0; channel < 3; channel++) {
        const under = pixels[at + channel] as number;
        const body = (air[y * 3 + channel] as number) * 0.86;
        pixels[at + channel] =
          under + (body + ((mood.cloud[channel] as number) - body) * lit - under) * share;
      }
    }
  }
}
