// Joins chunks that are loaded together, and writes all of them as CommonJS. Splitting makes one chunk of every set of
// modules that the same commands share: sixty small files for one picture, each to be found, read and linked. And the
// loader of ES modules takes longer to get going than a short command takes.
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { build } from 'esbuild';

/**
 * @param texts what esbuild wrote, by path
 * @param outputs of esbuild's metafile
 * @param groups for each file to be: the outputs that it holds, with all that they import at once. What several would
 *   hold is in the first. Every output of no group stays a file of its own.
 * @returns the texts of the files, by path
 */
export async function join(texts, outputs, groups) {
  const homes = homesOf(texts, outputs, groups);

  /** Entries are asked for by their own names, shared chunks by names that no other chunk has. */
  function namesOf(file) {
    const suffix = outputs[file].entryPoint ? '' : `_${posix.parse(file).name.replace(/\W/g, '_')}`;
    return outputs[file].exports.map((name) => ({ own: name, known: name + suffix }));
  }

  function exportsOf(file) {
    return `export{${namesOf(file).map(({ own, known }) => `${own} as ${known}`)}}from"/${file}"`;
  }

  /** What stands for a chunk where another file holds it. */
  function linkTo(file) {
    return `export{${namesOf(file).map(({ own, known }) => `${known} as ${own}`)}}from"/${file}"`;
  }

  async function write(home) {
    const members = {
      name: 'members',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^[./]/ }, ({ path, importer, kind, namespace }) => {
          const file = posix.resolve('/', posix.dirname(importer), path).slice(1);
          if (namespace === 'link' || kind === 'dynamic-import')
            return { path: relative(home, homes.get(file)), external: true };
          return { path: file, namespace: homes.get(file) === home ? 'member' : 'link' };
        });
        onLoad({ filter: /./, namespace: 'member' }, ({ path }) => ({ contents: texts.get(path) }));
        onLoad({ filter: /./, namespace: 'link' }, ({ path }) => ({ contents: linkTo(path) }));
      },
    };
    const inside = [...homes.keys()].filter((file) => homes.get(file) === home);
    const { outputFiles } = await build({
      stdin: { contents: inside.map(exportsOf).join('\n') },
      plugins: [members],
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
      target: 'node20.18',
      supported: { 'dynamic-import': false },
      // Asked for by a package that looks for files beside its own: there are none.
      define: { 'import.meta.url': '""' },
      minify: true,
      legalComments: 'none',
    });
    return outputFiles[0].text;
  }

  const written = [...new Set(homes.values())].map(async (home) => [home, await write(home)]);
  return new Map(await Promise.all(written));
}

/** Where each output goes. The name of a file tells what is in it, as the names of the outputs do. */
function homesOf(texts, outputs, groups) {
  const homes = new Map();
  for (const { name, roots } of groups) {
    const members = new Set();
    for (const root of roots) collect(root, members);
    const hash = createHash('sha256')
      .update([...members].sort().join())
      .digest('hex')
      .slice(0, 8);
    for (const file of members) homes.set(file, name.replace('[hash]', hash));
  }
  for (const file of texts.keys()) if (!homes.has(file)) homes.set(file, file.replace(/\.js$/, '.cjs'));
  return homes;

  function collect(file, members) {
    if (homes.has(file) || members.has(file)) return;
    members.add(file);
    for (const { path, kind } of outputs[file].imports)
      if (kind === 'import-statement' && texts.has(path)) collect(path, members);
  }
}

function relative(from, to) {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}
