/** Light as it is painted: three floats (red, green, blue, 0 to 255) a pixel, so that layers add up without banding. */
export interface Canvas {
  width: number;
  height: number;
  pixels: Float32Array;
}

export function blankCanvas(width: number, height: number): Canvas {
  return { width, height, pixels: new Float32Array(width * height * 3) };
}

/** Covers the pixel that begins at `at` with a colour; `share` 0 leaves it, 1 replaces it. */
export function cover(pixels: Float32Array, at: number, colour: ArrayLike<number>, share: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const under = pixels[at + channel] as number;
    pixels[at + channel] = under + ((colour[channel] as number) - under) * share;
  }
}
