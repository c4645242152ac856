// Bundles the program and everything it uses into dist/, split so that a command loads only what it needs.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { leanCommander, withoutFacades } from './fast-start.mjs';
import { inline } from './inline.mjs';
import { licencesOf } from './licences.mjs';
import { leanMcpSdk } from './mcp-sdk.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));

/** Only the bare name: the lean module itself imports files of the package. */
const leanUndici = {
  name: 'lean-undici',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^undici$/ }, () => ({
      path: resolve('.build/undici.mjs'),
    })),
};

/** sixel's palette code relies on a variable that it never declares: an error in a module. */
const strictSixel = {
  name: 'strict-sixel',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]sixel[/\\]upng\.js$/ }, async ({ path }) => ({
      contents: `var UPNG;${await readFile(path, 'utf8')}`,
    })),
};

/** Files that were bundled beforehand. */
const inputs = [];

// A build while the program runs must not take away the parts that it has yet to load.
if (process.argv.includes('--clean')) await rm('dist', { recursive: true, force: true });
const { metafile, outputFiles } = await build({
  write: false,
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
  plugins: [inline, leanUndici, leanCommander, strictSixel, leanMcpSdk(inputs)],
  // What `skill install` writes.
  loader: { '.md': 'text', '.yaml': 'text', '.py': 'text' },
  chunkNames: 'chunks/[name]-[hash]',
  define: { PROGRAM_VERSION: JSON.stringify(version) },
  // CommonJS packages call require() for Node's own modules.
  banner: { js: 'const require=process.getBuiltinModule;' },
});
await mkdir('dist/chunks', { recursive: true });
for (const { path, text } of outputFiles) await writeFile(path, withoutFacades(text));
await writeFile(
  'dist/THIRD-PARTY-LICENSES.txt',
  await licencesOf([...inputs, ...Object.keys(metafile.inputs)]),
);
if (process.argv.includes('--metafile')) await writeFile('dist/metafile.json', JSON.stringify(metafile));
