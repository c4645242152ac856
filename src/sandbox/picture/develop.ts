import { drawsFrom } from '../draws.ts';
import type { Canvas } from './canvas.ts';

const grainSide = 128;
let grain: Float32Array | undefined;

/** From light to bytes: darker corners, and a film grain fine enough to hide that a screen has only 256 steps. */
export function develop({ width, height, pixels }: Canvas): Uint8Array {
  grain ??= filmGrain();
  const bytes = new Uint8Array(pixels.length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const down = (2 * y) / height - 1;
    const row = (y & (grainSide - 1)) * grainSide;
    for (let x = 0; x < width; x++) {
      const across = (2 * x) / width - 1;
      const distance = across * across + down * down;
      const light = 1 - 0.055 * distance * distance;
      const speck = grain[row + (x & (grainSide - 1))] as number;
      for (let channel = 0; channel < 3; channel++, at++) {
        const value = (pixels[at] as number) * light + speck;
        bytes[at] = Math.min(Math.max(value, 0), 255);
      }
    }
  }
  return bytes;
}

function filmGrain(): Float32Array {
  const draw = drawsFrom('film grain');
  return Float32Array.from({ length: grainSide * grainSide }, () => 0.5 + (draw() + draw() - 1) * 1.5);
}
