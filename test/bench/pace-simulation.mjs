// Prints the frontier: node test/bench/pace-simulation.mjs [round trip in ms]
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
const { report, simulate } = await import(`data:text/javascript;base64,${source}`);
process.stdout.write(report(simulate(process.argv[2] ? Number(process.argv[2]) : undefined)));
