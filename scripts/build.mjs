// npm run build: bundles the program and its packages into dist/, with their licences and the types of the library.
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { build as buildForBrowsers } from 'esbuild';
import { build } from 'rolldown';
import { licencesOf } from './licences.mjs';
import { declarationsOf, typesOf } from './types.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const forBrowsers = [];

/** `import text from './page.ts?inline'`: the file and all that it imports, bundled for browsers, as one text. */
const inline = {
  name: 'inline',
  resolveId: { filter: { id: /\?inline$/ }, handler: (id, importer) => resolve(importer, '..', id) },
  load: {
    filter: { id: /\?inline$/ },
    async handler(id) {
      const { outputFiles, metafile } = await buildForBrowsers({
        entryPoints: [id.replace('?inline', '')],
        bundle: true,
        write: false,
        metafile: true,
        minify: true,
        charset: 'ascii', // correct whatever encoding the page is read in
        format: 'iife',
        target: ['chrome123', 'firefox120', 'safari17.5'],
      });
      forBrowsers.push(...Object.keys(metafile.inputs));
      return { code: outputFiles[0].text, moduleType: 'text' };
    },
  },
};

/** The names of chunks for what is always loaded together: each file that Node opens takes 0.3 ms. */
const together = {
  call: ['create-world.ts', 'disk/user-folders.ts', 'command-line/call.ts'],
  suggest: ['commands/completion/suggest.ts'],
  context: ['context.ts'],
  making: ['commands/generate/run.ts'],
};
const chunks = new Map();

function chunkOf(file, bundle) {
  if (chunks.size === 0) {
    nameAll(resolve('src/main.ts'), null);
    for (const [chunk, files] of Object.entries(together))
      for (const each of files) nameAll(resolve('src', each), chunk);
  }
  return chunks.get(file) ?? null;

  function nameAll(from, chunk) {
    if (chunks.has(from) || from.includes('node_modules')) return;
    chunks.set(from, chunk);
    for (const imported of bundle.getModuleInfo(from)?.importedIds ?? []) nameAll(imported, chunk);
  }
}

const { output } = await build({
  input: { main: 'src/main.ts', index: 'src/index.ts' },
  platform: 'node',
  preserveEntrySignatures: 'allow-extension', // what main.ts and the commands share stays in main.cjs
  plugins: [inline],
  moduleTypes: { '.md': 'text', '.yaml': 'text', '.py': 'text' }, // what `skill install` writes
  transform: { target: 'node20.18', define: { PROGRAM_VERSION: JSON.stringify(version) } },
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: 'dist',
    cleanDir: process.argv.includes('--clean'), // otherwise a program that is running keeps its files
    format: 'cjs', // Node takes 6 ms longer to start its loader of ES modules
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    minify: true,
    comments: false,
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: 'together', name: chunkOf }] },
  },
});

const modules = output.map(({ fileName, moduleIds = [] }) => [fileName, moduleIds.map(pathOf)]);
const bundled = [...forBrowsers, ...modules.flatMap(([, paths]) => paths)];
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licencesOf(bundled));
// What is in which file; not published.
await writeFile('dist/modules.json', JSON.stringify(Object.fromEntries([...modules, ['browser', forBrowsers]])));
// The types of the library and of the JSON lines, in one file.
const schema = execFileSync(process.execPath, ['bin/runapi-imagen.cjs', 'generate', '--json-schema']);
const declarations = typesOf(JSON.parse(schema)) + (await declarationsOf(['src/library/contract.ts', 'src/index.ts']));
await writeFile('dist/index.d.cts', declarations);
// For editors: # yaml-language-server: $schema=./node_modules/runapi-imagen/dist/manifest.schema.json
const manifest = execFileSync(process.execPath, ['bin/runapi-imagen.cjs', 'batch', '--schema']);
await writeFile('dist/manifest.schema.json', manifest);

function pathOf(id) {
  return relative('.', id.replace(/^\0/, '').replace(/\?.*/, '')).replaceAll('\\', '/');
}
