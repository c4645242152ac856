// Bundles the program and everything it uses into dist/, split so that a command loads only what it needs.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { relative, sep } from 'node:path';
import { build } from 'esbuild';
import { leanCommander, leanUndici } from './fast-start.mjs';
import { inline } from './inline.mjs';
import { join } from './join.mjs';
import { licencesOf } from './licences.mjs';
import { leanMcpSdk } from './mcp-sdk.mjs';
import { typesOf } from './types.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));

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
  plugins: [inline(inputs), leanUndici, leanCommander, strictSixel, leanMcpSdk(inputs)],
  // What `skill install` writes.
  loader: { '.md': 'text', '.yaml': 'text', '.py': 'text' },
  chunkNames: 'chunks/[name]-[hash]',
  define: { PROGRAM_VERSION: JSON.stringify(version) },
  // CommonJS packages call require() for Node's own modules.
  banner: { js: 'const require=process.getBuiltinModule;' },
});
const texts = new Map(outputFiles.map(({ path, text }) => [asListed(path), text]));
const files = await join(texts, metafile.outputs, [
  { name: 'dist/main.cjs', roots: [outputOf('src/main.ts')] },
  {
    name: 'dist/chunks/run-command-[hash].cjs',
    roots: ['src/command-line/run-command.ts', 'src/commands/generate/command.ts'].map(outputOf),
  },
  { name: 'dist/chunks/task-ids-[hash].cjs', roots: [outputOf('src/commands/completion/task-ids.ts')] },
  {
    name: 'dist/chunks/generate-[hash].cjs',
    roots: ['src/context.ts', 'src/commands/generate/run.ts', 'src/report/exit-code.ts'].map(outputOf),
  },
]);
await mkdir('dist/chunks', { recursive: true });
for (const [path, text] of files) await writeFile(path, text);
// The same types for importers of either kind.
const types = await typesOf('src/report/schema.ts');
for (const kind of ['cts', 'mts']) await writeFile(`dist/lines.d.${kind}`, types);
const bundled = [...inputs, ...Object.keys(metafile.inputs)];
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licencesOf(bundled));
// For those who look into the bundle; not published.
await writeFile('dist/metafile.json', JSON.stringify({ ...metafile, bundled }));

/** The path of an output as the metafile has it. */
function asListed(path) {
  return relative('.', path).replaceAll(sep, '/');
}

/** The output that a source file became. */
function outputOf(source) {
  return Object.keys(metafile.outputs).find((path) => metafile.outputs[path].entryPoint === source);
}
