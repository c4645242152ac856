import type { Draw } from '../draws.ts';

export type Relief = 'peaks' | 'hills' | 'dunes';

export interface RidgePlace {
  width: number;
  /** The shorter side of the picture: features keep their size in every format. */
  unit: number;
  relief: Relief;
  /** Where the lowest point of the crest may lie. */
  foot: number;
  /** From there to the highest. */
  tall: number;
  near: number;
}

interface Octaves {
  count: number;
  /** Strength of each octave beside the one before. */
  fading: number;
  /** Bends of the first octave over one `unit`. */
  bends: number;
  /** The first so many are folded: sharp summits instead of waves. */
  folded: number;
}

const octavesOf: Record<Relief, Octaves> = {
  peaks: { count: 7, fading: 0.47, bends: 2.1, folded: 7 },
  hills: { count: 6, fading: 0.4, bends: 1.9, folded: 0 },
  dunes: { count: 3, fading: 0.3, bends: 1.3, folded: 1 },
};

/** The height of a crest for each column of the picture. */
export function ridgeLine(place: RidgePlace, draw: Draw): Float32Array {
  const { count, fading, bends, folded } = octavesOf[place.relief];
  const octaves = Array.from({ length: count }, (_, index) => ({
    strength: fading ** index,
    scale: (bends * (1 + 0.3 * place.near) * 2 ** index) / place.unit,
    start: draw() * 64,
    lattice: Float32Array.from({ length: 64 }, draw),
    folded: index < folded,
  }));
  const whole = octaves.reduce((sum, { strength }) => sum + strength, 0);
  return Float32Array.from({ length: place.width }, (_, x) => {
    let sum = 0;
    for (const { strength, scale, start, lattice, folded: sharp } of octaves) {
      const value = along(lattice, start + x * scale);
      sum += strength * (sharp ? 1 - Math.abs(2 * value - 1) : value);
    }
    return place.foot - place.tall * (sum / whole) ** 1.15;
  });
}

function along(lattice: Float32Array, place: number): number {
  const index = Math.floor(place);
  const share = place - index;
  const from = lattice[index & 63] as number;
  return from + ((lattice[(index + 1) & 63] as number) - from) * share * share * (3 - 2 * share);
}
