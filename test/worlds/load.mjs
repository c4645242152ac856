// Bundles the worlds with the program in them, so that nothing is loaded while a world goes on.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export async function loadWorlds() {
  const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-worlds-'));
  try {
    const outfile = join(folder, 'worlds.cjs');
    await build({
      entryPoints: [fileURLToPath(new URL('worlds.ts', import.meta.url))],
      outfile,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      logLevel: 'error',
      define: { PROGRAM_VERSION: '"1.0.0"' },
    });
    return createRequire(import.meta.url)(outfile);
  } finally {
    await rm(folder, { recursive: true });
  }
}
