// `import text from './file.ts?inline'`: the file with all that it imports, bundled for browsers, as one text.
import { resolve } from 'node:path';
import { build } from 'esbuild';

/** `inputs` gets the files that such texts are made of. */
export function inline(inputs) {
  return {
    name: 'inline',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\?inline$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path.replace('?inline', '')),
        namespace: 'inline',
      }));
      onLoad({ filter: /./, namespace: 'inline' }, async ({ path }) => {
        const { outputFiles, metafile } = await build({
          entryPoints: [path],
          bundle: true,
          write: false,
          minify: true,
          metafile: true,
          charset: 'ascii', // the page's encoding cannot hurt it
          format: 'iife',
          target: ['chrome111', 'firefox113', 'safari16.4'],
        });
        inputs.push(...Object.keys(metafile.inputs));
        return { contents: outputFiles[0].text, loader: 'text' };
      });
    },
  };
}
