import { type Draw, pick } from '../draws.ts';
import { type Colour, mix } from './colour.ts';
import type { Mood, Weather } from './moods.ts';
import { type Relief, ridgeLine } from './ridge-line.ts';

/** Everything that is decided before the first pixel. Lengths are pixels, from the top left corner. */
export interface Scene {
  mood: Mood & Weather;
  horizon: number;
  /** Sun or moon. */
  disc: { x: number; y: number; radius: number };
  clouds: { amount: number; u: number; v: number };
  /** From the farthest to the nearest. */
  ridges: Ridge[];
  /** Ridges from here on stand before the lake; undefined where there is no water. */
  shore: number | undefined;
}

export interface Ridge {
  /** Height of the crest for each column. */
  line: Float32Array;
  crest: Colour;
  /** What the foot fades into. */
  haze: Colour;
  foot: number;
  /** 0 the farthest, 1 the nearest. */
  near: number;
  relief: Relief;
  trees: boolean;
}

/** Lays out a landscape for a picture of this size. */
export function planScene(width: number, height: number, mood: Mood & Weather, draw: Draw): Scene {
  const unit = Math.min(width, height);
  const relief = mood.dry ? 'dunes' : pick<Relief>(draw, ['peaks', 'peaks', 'peaks', 'hills', 'hills']);
  const withLake = (!mood.dry && draw() < 0.55) || mood.wet === true;
  const layers = relief === 'peaks' ? 6 : 7;
  const shore = withLake ? layers - 2 : undefined;
  const horizon = Math.round(height * (withLake ? 0.56 + draw() * 0.07 : 0.47 + draw() * 0.1));
  const disc = {
    x: width * (draw() < 0.5 ? 0.24 + draw() * 0.18 : 0.54 + draw() * 0.16),
    y: horizon - unit * (mood.night ? 0.28 + draw() * 0.12 : 0.12 + draw() * 0.2),
    radius: unit * (mood.night ? 0.035 + draw() * 0.025 : 0.045 + draw() * 0.045),
  };
  const clouds = {
    amount: 0.25 + draw() * 0.6,
    u: draw() * 256,
    v: draw() * 256,
  };
  const ridges = Array.from({ length: layers }, (_, index) => {
    const near = index / (layers - 1);
    const beyond = shore !== undefined && index < shore;
    const foot = beyond ? horizon : footOf(near, horizon, height, withLake);
    return planRidge({ width, unit, relief, near, foot, beyond }, mood, draw);
  });
  return { mood, horizon, disc, clouds, ridges, shore };
}

interface Place {
  width: number;
  unit: number;
  relief: Relief;
  near: number;
  foot: number;
  /** On the far side of the lake. */
  beyond: boolean;
}

function planRidge(
  { width, unit, relief, near, foot, beyond }: Place,
  mood: Mood & Weather,
  draw: Draw,
): Ridge {
  const tall = unit * reach[relief] * (1 - 0.62 * near) * (0.8 + draw() * 0.4);
  const form = relief === 'peaks' && near > 0.6 ? 'hills' : relief;
  const line = ridgeLine(
    {
      width,
      unit,
      relief: form,
      foot: beyond ? foot : foot - tall * 0.1,
      tall,
      near,
    },
    draw,
  );
  const crest = mix(mood.far, mood.near, (beyond ? near * 0.85 : near) ** 0.85);
  const mist = mix(mood.far, mood.sky.at(-1) ?? mood.far, 0.5);
  const haze = mix(crest, mist, 0.6 * (1 - near) ** 1.2 + 0.06);
  const trees = relief !== 'dunes' && near > (beyond ? 0.5 : 0.3);
  return { line, crest, haze, foot, near, relief: form, trees };
}

/** How far the farthest range rises, as a share of the shorter side. */
const reach: Record<Relief, number> = { peaks: 0.3, hills: 0.24, dunes: 0.2 };

/** The farther, the closer together: what makes flat layers look deep. */
function footOf(near: number, horizon: number, height: number, beyondLake: boolean): number {
  return beyondLake
    ? height * (0.74 + 0.26 * near)
    : horizon + (height - horizon) * (0.08 + 0.92 * near ** 1.25);
}
