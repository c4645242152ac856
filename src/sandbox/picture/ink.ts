import { type Canvas, cover } from './canvas.ts';
import type { Colour } from './colour.ts';

export interface Ink {
  colour: Colour;
  /** Width of the pen in pixels. */
  width: number;
  /** 0 to 1. */
  strength: number;
  /** A soft dark rim that keeps letters readable on any ground. */
  rim?: { colour: Colour; reach: number; strength: number };
}

/** Draws strokes (x1 y1 x2 y2 of each, pixels) with a round pen, edges smoothed by their exact distance. */
export function drawInk(canvas: Canvas, strokes: readonly number[], ink: Ink): void {
  const radius = ink.width / 2;
  const reach = radius + 1 + (ink.rim?.reach ?? 0);
  const area = areaOf(strokes, reach, canvas);
  if (area.width <= 0 || area.height <= 0) return;
  const distances = distancesTo(strokes, area, reach);
  for (let index = 0; index < distances.length; index++) {
    const squared = distances[index] as number;
    if (squared >= reach * reach) continue;
    const outside = Math.sqrt(squared) - radius;
    const x = area.left + (index % area.width);
    const y = area.top + Math.floor(index / area.width);
    const at = (y * canvas.width + x) * 3;
    if (ink.rim) {
      const fade = Math.min(Math.max(1 - outside / ink.rim.reach, 0), 1);
      cover(canvas.pixels, at, ink.rim.colour, fade * fade * ink.rim.strength);
    }
    const share = Math.min(Math.max(0.5 - outside, 0), 1);
    if (share > 0) cover(canvas.pixels, at, ink.colour, share * ink.strength);
  }
}

interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

function areaOf(strokes: readonly number[], reach: number, canvas: Canvas): Area {
  let [left, top, right, bottom] = [canvas.width, canvas.height, 0, 0];
  for (let index = 0; index < strokes.length; index += 2) {
    const [x, y] = [strokes[index] as number, strokes[index + 1] as number];
    left = Math.min(left, x - reach);
    right = Math.max(right, x + reach);
    top = Math.min(top, y - reach);
    bottom = Math.max(bottom, y + reach);
  }
  left = Math.max(0, Math.floor(left));
  top = Math.max(0, Math.floor(top));
  return {
    left,
    top,
    width: Math.min(canvas.width, Math.ceil(right)) - left,
    height: Math.min(canvas.height, Math.ceil(bottom)) - top,
  };
}

/** For each pixel of the area the square of its distance to the nearest stroke, as far as `reach`. */
function distancesTo(strokes: readonly number[], area: Area, reach: number): Float32Array {
  const distances = new Float32Array(area.width * area.height).fill(reach * reach);
  for (let index = 0; index < strokes.length; index += 4) {
    const x1 = strokes[index] as number;
    const y1 = strokes[index + 1] as number;
    const x2 = strokes[index + 2] as number;
    const y2 = strokes[index + 3] as number;
    const alongX = x2 - x1;
    const alongY = y2 - y1;
    const scale = 1 / (alongX * alongX + alongY * alongY || 1);
    const left = Math.max(area.left, Math.floor(Math.min(x1, x2) - reach));
    const right = Math.min(area.left + area.width, Math.ceil(Math.max(x1, x2) + reach));
    const top = Math.max(area.top, Math.floor(Math.min(y1, y2) - reach));
    const bottom = Math.min(area.top + area.height, Math.ceil(Math.max(y1, y2) + reach));
    for (let y = top; y < bottom; y++) {
      const row = (y - area.top) * area.width - area.left;
      const fromY = y + 0.5 - y1;
      for (let x = left; x < right; x++) {
        const fromX = x + 0.5 - x1;
        const share = Math.min(Math.max((fromX * alongX + fromY * alongY) * scale, 0), 1);
        const offX = fromX - alongX * share;
        const offY = fromY - alongY * share;
        const squared = offX * offX + offY * offY;
        if (squared < (distances[row + x] as number)) distances[row + x] = squared;
      }
    }
  }
  return distances;
}
