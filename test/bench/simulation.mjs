// pace-simulation.ts, built: the pace that it plays with is the program's own.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('pace-simulation.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
});
const source = Buffer.from(outputFiles[0].contents).toString('base64');
export const { report, simulate } = await import(`data:text/javascript;base64,${source}`);
