/** A picture: red, green and blue of each pixel, row by row. */
export interface Canvas {
  width: number;
  height: number;
  pixels: Uint8Array;
}

type Colour = Float32Array;

/** Sky from the top to the horizon, then the sun, the farthest range of hills and the nearest. */
const palettes = [
  '26264f c76a8c ffe0ae fff3d6 b98aa6 17142f',
  '6f9bd1 e9c3d6 fff0d6 fffdf2 b3aad3 2b2d57',
  '1f69b3 9ccbee fdf2d8 fffef4 93bbdb 0f3145',
  '1f6f8b b8c9a9 ffe7bd fff8e0 e0a375 5a1f2a',
  '240b36 b32b4f ffc06a ffe9b5 b5475c 170620',
  '070b28 2c3680 b3abdd fdf8ea 5a60a8 070920',
] as const;

/** Paints a sky with its sun, then range after range of hills before it, darker and less hazy the nearer. */
export function paintLandscape({ width, height, pixels }: Canvas, draw: () => number): void {
  const words = (palettes[Math.floor(draw() * palettes.length)] ?? palettes[0]).split(' ');
  const colours = words.map((hex) => Float32Array.from(Buffer.from(hex, 'hex')));
  const [top, middle, mist, sun, far, near] = colours as [Colour, Colour, Colour, Colour, Colour, Colour];
  const unit = Math.min(width, height);
  const horizon = height * (0.5 + 0.1 * draw());
  const [sunX, sunY] = [width * (0.2 + 0.5 * draw()), horizon - unit * (0.08 + 0.24 * draw())];
  const radius = unit * (0.045 + 0.045 * draw());
  for (let y = 0; y < horizon; y++) {
    const stop = (y / horizon) * 2;
    const sky = stop < 1 ? mix(top, middle, stop) : mix(middle, mist, stop - 1);
    for (let x = 0; x < width; x++) {
      const distance = Math.sqrt((x - sunX) * (x - sunX) + (y - sunY) * (y - sunY));
      const share = Math.min(Math.max(radius - distance, 0.4 / (1 + (distance / radius) ** 2 / 12)), 1);
      paint(pixels, (y * width + x) * 3, sky, sun, share);
    }
  }
  for (let nearness = 0; nearness <= 1; nearness += 0.2) {
    const [foot, tall] = [horizon + (height - horizon) * 0.85 * nearness ** 1.3, unit * (0.3 - 0.2 * nearness)];
    const crest = new Float32Array(width).fill(foot - tall / 2);
    for (let part = 4; part <= 128; part *= 2) {
      const [pace, phase] = [(part * (0.8 + draw() / 2)) / unit, draw() * 7];
      for (let x = 0; x < width; x++) crest[x] = (crest[x] as number) + (tall / part) * Math.sin(x * pace + phase);
    }
    for (let y = Math.floor(foot - tall); y < Math.min(foot + height * 0.15, height); y++) {
      const haze = 0.5 * (1 - nearness) * Math.min(1, Math.max(0, (y - foot + tall) / tall));
      const shade = mix(mix(far, near, nearness ** 0.7), mist, haze);
      for (let x = 0; x < width; x++) {
        const [at, share] = [(y * width + x) * 3, Math.min(y + 1 - (crest[x] as number), 1)];
        if (share > 0) paint(pixels, at, share < 1 ? pixels.slice(at, at + 3) : shade, shade, share);
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
