// The licences of the bundled packages, and the notices inside their files: some hold code of others.
import { readdir, readFile } from 'node:fs/promises';

/** Returns one text for all packages of which a file was bundled. */
export async function licencesOf(files) {
  const packages = new Map();
  for (const file of [...new Set(files)].sort()) {
    const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file) ?? [];
    if (folder) packages.set(folder, [...(packages.get(folder) ?? []), file]);
  }
  const texts = [...packages].map(async ([folder, own]) => (await licenceOf(folder)) + (await noticesIn(own)));
  const all = `This program contains the following packages.\n\n${(await Promise.all(texts)).join('\n')}`;
  // Files under the Apache License may be passed on only with a copy of it.
  const apache = await readFile('node_modules/typescript/LICENSE', 'utf8');
  return all.includes('Apache License') ? `${all}\n${rule}\n${apache.trimStart()}` : all;
}

const rule = '-'.repeat(72);

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file && !license) throw new Error(`${name} ${version} has no licence: it cannot be bundled`);
  const text = file ? await readFile(`${folder}/${file}`, 'utf8') : '';
  return `${rule}\n${name} ${version} (${license ?? 'see below'})\n\n${text.trim()}\n`;
}

/** undici does not say so in the file itself. */
const llhttp = '/* llhttp, compiled to WebAssembly. MIT License, Copyright Fedor Indutny, 2018. */';

async function noticesIn(files) {
  const owners = new Map();
  for (const file of files) {
    const comments = (await readFile(file, 'utf8')).match(/\/\*[\s\S]*?\*\//g) ?? [];
    const notices = comments.filter((comment) => /copyright|\blicen[cs]ed?\b/i.test(comment));
    if (/llhttp-wasm\.js$/.test(file)) notices.push(llhttp);
    const name = file.replace(/^.*node_modules\//, '');
    for (const notice of notices) owners.set(notice, [...(owners.get(notice) ?? []), name]);
  }
  return [...owners].map(([notice, names]) => `\n${names.join(', ')}:\n${notice}\n`).join('');
}
