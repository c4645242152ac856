import { type Draw, pick } from '../draws.ts';

export interface Canvas {
  width: number;
  height: number;
  /** Red, green and blue of each pixel, row by row. */
  pixels: Uint8Array;
}

type Colour = Float32Array;

/** Sky from the top to the horizon, then the sun, the farthest range of hills and the nearest. */
const palettes = [
  '26264f 5b4387 c76a8c ffb787 ffe0ae fff3d6 b98aa6 17142f',
  '6f9bd1 a9b8e6 e9c3d6 ffd9c4 fff0d6 fffdf2 b3aad3 2b2d57',
  '1f69b3 4f9ad8 9ccbee d9edf3 fdf2d8 fffef4 93bbdb 0f3145',
  '1f6f8b 5fa5ad b8c9a9 f5d59a ffe7bd fff8e0 e0a375 5a1f2a',
  '240b36 621846 b32b4f ef6a4e ffc06a ffe9b5 b5475c 170620',
  '7aa99b a3c7b3 cfe0c6 eef0d8 fff8e6 fffef0 a9c4b2 0d2b27',
  '070b28 14194f 2c3680 6569b4 b3abdd fdf8ea 5a60a8 070920',
] as const;

/** Paints a sky with its sun, then range after range of hills before it, darker towards the foot. */
export function paintLandscape({ width, height, pixels }: Canvas, draw: Draw): void {
  const words = pick(draw, palettes).split(' ');
  const colours = words.map((hex) => Float32Array.from(Buffer.from(hex, 'hex')));
  const [mist, sun, far, near] = colours.slice(4) as [Colour, Colour, Colour, Colour];
  const unit = Math.min(width, height);
  const horizon = height * (0.5 + 0.1 * draw());
  const [sunX, sunY] = [width * (0.2 + 0.5 * draw()), horizon - unit * (0.08 + 0.24 * draw())];
  const radius = unit * (0.045 + 0.045 * draw());
  for (let y = 0; y < horizon; y++) {
    const stop = (y / horizon) * 4;
    const sky = mix(colours[Math.floor(stop)] ?? mist, colours[Math.ceil(stop)] ?? mist, stop % 1);
    for (let x = 0; x < width; x++) {
      const square = (x - sunX) * (x - sunX) + (y - sunY) * (y - sunY);
      const glow = 0.4 / (1 + square / (12 * radius * radius));
      const share = Math.min(Math.max(radius - Math.sqrt(square), glow), 1);
      paint(pixels, (y * width + x) * 3, sky, sun, share);
    }
  }

  const footOf = (nearness: number) => Math.ceil(horizon + (height - horizon) * 0.85 * nearness ** 1.3);
  for (const nearness of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
    const [foot, tall] = [footOf(nearness), unit * (0.3 - 0.2 * nearness)];
    const crest = new Float32Array(width).fill(foot - tall / 2);
    for (let part = 4; part <= 128; part *= 2) {
      const [pace, phase] = [(part * (0.8 + draw() / 2)) / unit, draw() * 7];
      for (let x = 0; x < width; x++) crest[x] = (crest[x] as number) + (tall / part) * Math.sin(x * pace + phase);
    }
    const [colour, haze] = [mix(far, near, nearness ** 0.7), 0.55 * (1 - nearness) ** 1.5];
    const hazy = Math.ceil(unit * 0.16);
    const shades = Array.from({ length: hazy + 1 }, (_, depth) => mix(colour, mist, (haze * depth) / hazy));
    for (let y = Math.floor(foot - tall); y < Math.min(footOf(nearness + 0.2), height); y++) {
      for (let x = 0; x < width; x++) {
        const depth = y + 1 - (crest[x] as number);
        if (depth <= 0) continue;
        const at = (y * width + x) * 3;
        const shade = shades[Math.min(Math.floor(depth), hazy)] ?? near;
        if (depth < 1) paint(pixels, at, pixels.slice(at, at + 3), shade, depth);
        else paint(pixels, at, shade, shade, 1);
      }
    }
  }
}

function mix(from: Colour, to: Colour, share: number): Colour {
  return from.map((value, channel) => value + ((to[channel] as number) - value) * share);
}

/** Sets the pixel at `at` to a colour between two. Written out: it runs for each of a million pixels. */
function paint(pixels: Uint8Array, at: number, from: Uint8Array | Colour, to: Colour, share: number): void {
  const [red, green, blue] = [from[0] as number, from[1] as number, from[2] as number];
  pixels[at] = red + ((to[0] as number) - red) * share;
  pixels[at + 1] = green + ((to[1] as number) - green) * share;
  pixels[at + 2] = blue + ((to[2] as number) - blue) * share;
}
