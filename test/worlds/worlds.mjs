// Lives simulated worlds in threads of their own, with the program bundled into them: nothing is loaded on the way.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';

/** A thread keeps what it has loaded, and what killed processes held: it lives no more worlds than these. */
const worldsInThread = 250;

export async function liveWorlds({ from, count, isFenceless }, seen) {
  const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-worlds-'));
  const outfile = join(folder, 'worlds.cjs');
  const end = from + count;
  let next = from;
  let isOver = false;

  async function thread() {
    while (next < end && !isOver) {
      const some = { from: next, count: Math.min(worldsInThread, end - next), isFenceless };
      next += some.count;
      await new Promise((resolve, reject) => {
        const worker = new Worker(outfile, { workerData: some });
        worker.on('message', (world) => {
          if (!isOver) isOver = seen(world);
          if (isOver) void worker.terminate();
        });
        worker.on('error', reject);
        worker.on('exit', resolve);
      });
    }
  }

  try {
    const entryPoints = [fileURLToPath(new URL('some-worlds.ts', import.meta.url))];
    const define = { PROGRAM_VERSION: '"1.0.0"' };
    await build({ entryPoints, outfile, define, bundle: true, format: 'cjs', platform: 'node' });
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), count) }, thread));
  } finally {
    await rm(folder, { recursive: true });
  }
}
