import { expect, test } from 'vitest';
import { liveWorlds } from './worlds.mjs';

test('in every world each accepted task ends as one file, charged once, or is told', async () => {
  const broken: string[] = [];
  let tasks = 0;
  await liveWorlds({ from: 1, count: 30 }, (world) => {
    tasks += world.seen.tasks;
    if (world.broken.length > 0) broken.push(`world ${world.seed}: ${world.broken.join()}\n${world.trace.join('\n')}`);
    return false;
  });
  expect(broken).toEqual([]);
  expect(tasks).toBeGreaterThan(80);
}, 200_000);
