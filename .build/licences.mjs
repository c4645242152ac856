// The licence texts of every package of which a file went into the bundle, and the notices in those files: some hold
// somebody else's code, under a licence of its own.
import { readdir, readFile } from 'node:fs/promises';

/** @param inputs the bundled files, as esbuild's metafile names them */
export async function licencesOf(inputs) {
  const folders = [...new Set(inputs.map(packageFolder).filter(Boolean))].sort();
  const texts = await Promise.all(
    folders.map(async (folder) => {
      const files = inputs.filter((input) => packageFolder(input) === folder);
      return (await licenceOf(folder)) + (await noticesIn([...new Set(files)].sort()));
    }),
  );
  const all = `This program contains the following packages.\n\n${texts.join('\n')}`;
  return all.includes('Apache License') ? `${all}\n${'-'.repeat(72)}\n${await apacheLicence()}` : all;
}

/** The package folder of a bundled file: `node_modules/@a/b`, nested ones included. */
export function packageFolder(input) {
  const at = input.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const [first, second] = input.slice(at + 'node_modules/'.length).split('/');
  return `${input.slice(0, at)}node_modules/${first.startsWith('@') ? `${first}/${second}` : first}`;
}

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file && !license) throw new Error(`${name} ${version} names no licence: it cannot be bundled`);
  const text = file ? await readFile(`${folder}/${file}`, 'utf8') : '';
  return `${'-'.repeat(72)}\n${name} ${version} (${license ?? 'see below'})\n\n${text.trim()}\n`;
}

/** What cannot say so itself. */
const unsaid = {
  'undici/lib/llhttp/llhttp-wasm.js':
    '/* llhttp, compiled to WebAssembly. MIT License, Copyright Fedor Indutny, 2018. */',
};

async function noticesIn(files) {
  const notices = new Map();
  for (const file of files) {
    const name = file.slice(file.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const comments = (await readFile(file, 'utf8')).match(/\/\*[\s\S]*?\*\//g) ?? [];
    const found = comments.filter((comment) => /copyright|\blicen[cs]ed?\b/i.test(comment));
    for (const notice of unsaid[name] ? [...found, unsaid[name]] : found)
      notices.set(notice, [...(notices.get(notice) ?? []), name]);
  }
  return [...notices].map(([notice, names]) => `\n${names.join(', ')}:\n${notice}\n`).join('');
}

/** Files under it may be passed on only with a copy. */
async function apacheLicence() {
  return (await readFile('node_modules/typescript/LICENSE', 'utf8')).trimStart();
}
