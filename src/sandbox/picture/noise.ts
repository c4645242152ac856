import { drawsFrom } from '../draws.ts';

const side = 256;
let field: Float32Array | undefined;

/**
 * Soft, cloudy noise around 0.5 that repeats every 256 units both ways. One field serves every picture; they look at
 * it from different places. Read it with `noiseAt`.
 */
export function noiseField(): Float32Array {
  field ??= cloudyField();
  return field;
}

/** The field between its points. */
export function noiseAt(noise: Float32Array, u: number, v: number): number {
  const left = Math.floor(u);
  const top = Math.floor(v);
  const right = u - left;
  const down = v - top;
  const row = (top & 255) << 8;
  const below = ((top + 1) & 255) << 8;
  const x = left & 255;
  const next = (left + 1) & 255;
  const upper = (noise[row + x] as number) * (1 - right) + (noise[row + next] as number) * right;
  const lower = (noise[below + x] as number) * (1 - right) + (noise[below + next] as number) * right;
  return upper + (lower - upper) * down;
}

function cloudyField(): Float32Array {
  const sum = new Float32Array(side * side).fill(0.5);
  let strength = 0.5;
  for (let cells = 4; cells <= 64; cells *= 2) {
    addOctave(sum, cells, strength);
    strength *= 0.5;
  }
  return sum;
}

function addOctave(sum: Float32Array, cells: number, strength: number): void {
  const draw = drawsFrom(`noise ${cells}`);
  const lattice = Float32Array.from({ length: cells * cells }, () => draw() - 0.5);
  const at = (column: number, row: number) => lattice[(row % cells) * cells + (column % cells)] as number;
  const step = cells / side;
  for (let y = 0; y < side; y++) {
    const row = Math.floor(y * step);
    const down = eased(y * step - row);
    for (let x = 0; x < side; x++) {
      const column = Math.floor(x * step);
      const right = eased(x * step - column);
      const upper = at(column, row) + (at(column + 1, row) - at(column, row)) * right;
      const lower = at(column, row + 1) + (at(column + 1, row + 1) - at(column, row + 1)) * right;
      sum[y * side + x] = (sum[y * side + x] as number) + strength * (upper + (lower - upper) * down);
    }
  }
}

function eased(share: number): number {
  return share * share * (3 - 2 * share);
}
