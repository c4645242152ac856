import type { Draw } from '../draws.ts';
import { releaseBirds } from './birds.ts';
import type { Canvas } from './canvas.ts';
import { paintLake } from './lake.ts';
import type { Mood, Weather } from './moods.ts';
import { paintRidge } from './ridges.ts';
import { planScene, type Ridge } from './scene.ts';
import { paintSky } from './sky.ts';
import { plantTrees } from './trees.ts';

/** Paints from the back to the front: sky, the ranges far away, water, the banks at our feet. */
export function paintLandscape(canvas: Canvas, mood: Mood & Weather, draw: Draw): void {
  const scene = planScene(canvas.width, canvas.height, mood, draw);
  const { ridges, horizon } = scene;
  const shore = scene.shore ?? ridges.length;
  const water = scene.shore === undefined ? canvas.height : horizon;
  paintSky(canvas, scene, Math.min(water, lowestPoint(ridges[0])), draw);
  ridges.forEach((ridge, index) => {
    if (index === shore) paintLake(canvas, scene);
    const end = index < shore ? water : canvas.height;
    // What the next range covers need not be painted.
    paintRidge(
      canvas,
      ridge,
      scene,
      index + 1 === shore ? end : Math.min(end, lowestPoint(ridges[index + 1])),
    );
    if (ridge.trees) plantTrees(canvas, ridge, mood.near, draw);
  });
  releaseBirds(canvas, scene, draw);
}

function lowestPoint(ridge: Ridge | undefined): number {
  return ridge ? Math.ceil(ridge.line.reduce((low, y) => Math.max(low, y), 0)) + 2 : Number.POSITIVE_INFINITY;
}
