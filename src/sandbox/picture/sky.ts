import type { Draw } from '../draws.ts';
import { type Canvas, cover } from './canvas.ts';
import { paintClouds } from './clouds.ts';
import { gradient } from './colour.ts';
import { paintCurtain } from './curtain.ts';
import type { Scene } from './scene.ts';

/** Air and its light, stars and northern lights at night, clouds. Down to `rows`. */
export function paintSky(canvas: Canvas, scene: Scene, rows: number, draw: Draw): void {
  const air = gradient(scene.mood.sky, rows);
  paintAir(canvas, scene, air, rows);
  if (scene.mood.night) paintStars(canvas, scene, draw);
  if (scene.mood.curtain) paintCurtain(canvas, scene.mood.curtain, scene.horizon, draw);
  paintDisc(canvas, scene);
  paintClouds(canvas, scene, air, rows);
}

function paintAir(
  { width, height, pixels }: Canvas,
  { mood, disc }: Scene,
  air: Float32Array,
  rows: number,
): void {
  const unit = Math.min(width, height);
  const [red, green, blue] = mood.light;
  const wide = 1 / (unit * 0.34) ** 2;
  const close = 1 / (disc.radius * 1.9) ** 2;
  const strength = mood.night ? 0.6 : 1;
  for (let y = 0; y < rows; y++) {
    const [r, g, b] = [air[y * 3] as number, air[y * 3 + 1] as number, air[y * 3 + 2] as number];
    const down = (y - disc.y) ** 2;
    let at = y * width * 3;
    for (let x = 0; x < width; x++, at += 3) {
      const distance = (x - disc.x) ** 2 + down;
      const [far, near] = [1 + distance * wide, 1 + distance * close];
      const glow = strength * (0.3 / (far * far) + 0.34 / (near * near));
      pixels[at] = r + (red - r) * glow;
      pixels[at + 1] = g + (green - g) * glow;
      pixels[at + 2] = b + (blue - b) * glow;
    }
  }
}

function paintStars({ width, pixels }: Canvas, { mood, horizon }: Scene, draw: Draw): void {
  const count = Math.round((width * horizon) / 1500);
  for (let star = 0; star < count; star++) {
    const x = 1 + Math.floor(draw() * (width - 3));
    const y = 1 + Math.floor(draw() ** 1.3 * (horizon - 3));
    const bright = (draw() ** 5 + 0.2 * draw()) * (1.1 - y / horizon);
    const at = (y * width + x) * 3;
    cover(pixels, at, mood.light, Math.min(bright * 1.5, 1));
    if (bright < 0.25) continue;
    for (const beside of [-3, 3, -3 * width, 3 * width])
      cover(pixels, at + beside, mood.light, bright * 0.55);
  }
}

function paintDisc({ width, pixels }: Canvas, { mood, disc }: Scene): void {
  const reach = disc.radius + 2;
  for (let y = Math.floor(disc.y - reach); y <= disc.y + reach; y++) {
    for (let x = Math.floor(disc.x - reach); x <= disc.x + reach; x++) {
      const share = disc.radius + 0.5 - Math.hypot(x - disc.x, y - disc.y);
      if (share > 0) cover(pixels, (y * width + x) * 3, mood.light, Math.min(share, 1) * 0.97);
    }
  }
}
