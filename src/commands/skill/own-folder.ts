import { createHash } from 'node:crypto';
import { realpath, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskFailure } from '../../disk/disk-failure.ts';
import { readRegular } from '../../disk/examine.ts';
import { makeFolder } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { tempPath } from '../../disk/temp-file.ts';
import { Failure } from '../../errors.ts';
import { at, parseJson } from '../../json.ts';
import { programVersion } from '../../version.ts';

/** A folder as this version would write it: the text of each of its files, the main one first. */
export interface OwnFolder {
  path: string;
  files: Readonly<Record<string, string>>;
}

/** A file that says which version wrote the others, and shows whether they were changed since. */
const receiptName = '.runapi-imagen.json';
const mostBytes = 1024 * 1024;

/** Writes each file, whole or not at all. Throws `conflict` where one is not as this program left it, or `download`. */
export async function putFolder(folder: OwnFolder, force: boolean): Promise<string> {
  const there = await textsIn(folder);
  if (Object.entries(folder.files).every(([name, text]) => there.get(name) === text)) return 'unchanged';
  if (!force) refuseStrange(there, folder, 'overwritten');
  const sums = Object.fromEntries(Object.entries(folder.files).map(([name, text]) => [name, sumOf(text)]));
  const receipt = `${JSON.stringify({ version: programVersion, sums }, null, 2)}\n`;
  for (const [name, text] of Object.entries({ ...folder.files, [receiptName]: receipt }))
    await write(join(folder.path, name), text);
  return there.size === 0 ? 'written' : 'updated';
}

/** Removes the files, and their folder if it is empty then. Throws `conflict` like `putFolder`. */
export async function removeFolder(folder: OwnFolder, force: boolean): Promise<string> {
  const there = await textsIn(folder);
  if (there.size === 0) return 'absent';
  if (!force) refuseStrange(there, folder, 'removed');
  try {
    // __pycache__: Python's compiled copy of the backend.
    for (const name of [...Object.keys(folder.files), receiptName, '__pycache__'])
      await rm(join(folder.path, name), { recursive: name === '__pycache__', force: true });
  } catch (error) {
    throw cannotWrite(error, folder.path);
  }
  await rmdir(folder.path).catch(() => undefined); // something else is in it
  return 'removed';
}

/** What is not a small file that can be read was not written by this program: it counts as empty. */
async function textsIn({ path, files }: OwnFolder): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const name of Object.keys(files)) {
    const file = join(path, name);
    if (await exists(file)) texts.set(name, readRegular(file, mostBytes)?.toString() ?? '');
  }
  return texts;
}

function refuseStrange(there: ReadonlyMap<string, string>, { path, files }: OwnFolder, what: string): void {
  const receipt = parseJson(readRegular(join(path, receiptName), mostBytes)?.toString() ?? '');
  const sums = at(receipt, 'sums') as Record<string, string> | undefined;
  const isCurrent = Object.entries(files).every(([name, text]) => there.get(name) === text);
  if (isCurrent || [...there].every(([name, text]) => sums?.[name] === sumOf(text))) return;
  const why = sums ? 'was changed since it was installed' : 'is not from this program';
  throw new Failure('conflict', `${join(path, Object.keys(files)[0] ?? '')} ${why}: it was not ${what}`, {
    hint: 'Check it, then use --force',
  });
}

async function write(path: string, text: string): Promise<void> {
  // A link stays a link: the user keeps the file elsewhere.
  const real = await realpath(path).catch(() => path);
  const whole = tempPath(dirname(real));
  try {
    await makeFolder(dirname(real));
    await writeFile(whole, text, { flag: 'wx' });
    await rename(whole, real);
  } catch (error) {
    await unlink(whole).catch(() => undefined);
    throw cannotWrite(error, real);
  }
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function cannotWrite(error: unknown, path: string): Failure {
  const failure = diskFailure(error, path);
  failure.facts.hint = 'Check the permissions of the folder, or name another one with --dir';
  return failure;
}
