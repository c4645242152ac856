// Bundles the program and everything it uses into dist/, split so that a command loads only what it needs.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));

/** Only the bare name: the lean module itself imports files of the package. */
const leanUndici = {
  name: 'lean-undici',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^undici$/ }, () => ({
      path: resolve('.build/undici.mjs'),
    })),
};

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.18',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  external: builtinModules,
  plugins: [leanUndici],
  chunkNames: 'chunks/[name]-[hash]',
  define: { PROGRAM_VERSION: JSON.stringify(version) },
  // CommonJS packages call require() for Node's own modules.
  banner: {
    js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
  },
});
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licencesOf(Object.keys(metafile.inputs)));
if (process.argv.includes('--metafile')) await writeFile('dist/metafile.json', JSON.stringify(metafile));
