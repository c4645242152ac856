import type { Canvas } from './canvas.ts';
import { noiseAt, noiseField } from './noise.ts';
import type { Relief } from './ridge-line.ts';
import type { Ridge, Scene } from './scene.ts';

/** How the faces of a range lie: their contrast, how far they lean sideways and reach on the way down. */
const faceOf: Record<Relief, { contrast: number; lean: number; reach: number }> = {
  peaks: { contrast: 0.38, lean: 0.5, reach: 0.05 },
  hills: { contrast: 0.2, lean: 0.8, reach: 0.05 },
  dunes: { contrast: 0.42, lean: 1.5, reach: 9 },
};

/** One range: darker than the one behind it, lit on the side of the light, its foot in haze. Down to row `bottom`. */
export function paintRidge(canvas: Canvas, ridge: Ridge, scene: Scene, bottom: number): void {
  const { width, height, pixels } = canvas;
  const { disc, mood } = scene;
  const unit = Math.min(width, height);
  const noise = noiseField();
  const face = faceOf[ridge.relief];
  const slopes = slopesOf(ridge.line, Math.max(2, Math.round(unit / 60)));
  const highest = Math.max(0, Math.floor(ridge.line.reduce((low, y) => Math.min(low, y), height)) - 1);
  const wide = 1 / (unit * 0.3) ** 2;
  const air = (mood.night ? 0.22 : 0.42) * (1 - ridge.near) ** 1.4;
  const contrast = face.contrast * (1 - 0.7 * ridge.near);
  const grain = (75 - 30 * ridge.near) / unit;
  const far = 1 / (unit * face.reach);
  const side = Float32Array.from({ length: width }, (_, x) => clamp((disc.x - x) / (unit * 0.2), -1, 1));
  const [crestRed, crestGreen, crestBlue] = ridge.crest;
  const [hazeRed, hazeGreen, hazeBlue] = ridge.haze;
  const [lightRed, lightGreen, lightBlue] = mood.light;
  for (let y = highest; y < bottom; y++) {
    const sunk = clamp((y - highest) / Math.max(ridge.foot - highest, 1), 0, 1);
    const haze = sunk * sunk * (3 - 2 * sunk);
    const down = (y - disc.y) ** 2;
    let at = y * width * 3;
    for (let x = 0; x < width; x++, at += 3) {
      const depth = y + 0.5 - (ridge.line[x] as number);
      if (depth <= -0.5) continue;
      const share = depth < 0.5 ? depth + 0.5 : 1;
      const from = side[x] as number;
      const here = noiseAt(noise, x * grain, y * grain * 1.3);
      // The slope of the crest, carried down and aside, reads as the faces of a mountain.
      const place = clamp(Math.round(x + depth * face.lean * (here - 0.2)), 0, width - 1);
      const carried = 1 / (1 + (depth * far) ** 2);
      const facing = clamp((slopes[place] as number) * from * carried * -1.3 + (here - 0.5) * 0.5, -1, 1);
      const lit = contrast * facing * (1 - haze);
      const fog = haze * (0.55 + 0.9 * here);
      const glow = air / (1 + ((x - disc.x) ** 2 + down) * wide);
      const bright = share * (glow + Math.max(lit, 0));
      const shade = share * (lit < 0 ? 1 + lit * 0.75 : 1);
      const keep = 1 - share;
      const red = crestRed + (hazeRed - crestRed) * fog;
      const green = crestGreen + (hazeGreen - crestGreen) * fog;
      const blue = crestBlue + (hazeBlue - crestBlue) * fog;
      pixels[at] = (pixels[at] as number) * keep + red * shade + (lightRed - red) * bright;
      pixels[at + 1] = (pixels[at + 1] as number) * keep + green * shade + (lightGreen - green) * bright;
      pixels[at + 2] = (pixels[at + 2] as number) * keep + blue * shade + (lightBlue - blue) * bright;
    }
  }
}

function slopesOf(line: Float32Array, reach: number): Float32Array {
  return line.map((_, x) => {
    const left = line[Math.max(x - reach, 0)] as number;
    const right = line[Math.min(x + reach, line.length - 1)] as number;
    return (right - left) / (2 * reach);
  });
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
