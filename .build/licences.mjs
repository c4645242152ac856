// The licence texts of every package of which a file went into the bundle.
import { readdir, readFile } from 'node:fs/promises';

export async function licencesOf(inputs) {
  const folders = new Set(inputs.map(packageFolder).filter(Boolean));
  const texts = await Promise.all([...folders].sort().map(licenceOf));
  return `This program contains the following packages.\n\n${texts.join('\n')}`;
}

/** The package folder of a bundled file: `node_modules/@a/b`, nested ones included. */
function packageFolder(input) {
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
