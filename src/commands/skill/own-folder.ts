import { createHash } from 'node:crypto';
import { readFile, realpath, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskFailure } from '../../disk/disk-failure.ts';
import { makeFolder } from '../../disk/folder.ts';
import { tempPath } from '../../disk/temp-file.ts';
import { Failure } from '../../errors.ts';
import { isObject, parseJson } from '../../json.ts';
import { programVersion } from '../../version.ts';

/** A folder as this version would write it: the text of each of its files. */
export interface OwnFolder {
  path: string;
  files: Readonly<Record<string, string>>;
}

/** `outdated`: as another version wrote it. `foreign`: not written by this program. */
type State = 'absent' | 'current' | 'outdated' | 'changed' | 'foreign';

/** A file that says which version wrote the others, and shows whether they were changed since. */
const receiptName = '.runapi-imagen.json';

export async function stateOf({ path, files }: OwnFolder): Promise<{ state: State; version: string | null }> {
  const there = new Map<string, string>();
  for (const name of Object.keys(files)) {
    const text = await contentOf(join(path, name));
    if (text !== undefined) there.set(name, text);
  }
  if (there.size === 0) return { state: 'absent', version: null };
  if (Object.entries(files).every(([name, text]) => there.get(name) === text))
    return { state: 'current', version: programVersion };
  const receipt = readReceipt(await contentOf(join(path, receiptName)));
  if (!receipt) return { state: 'foreign', version: null };
  const isIntact = [...there].every(([name, text]) => Reflect.get(receipt.sums, name) === sumOf(text));
  return { state: isIntact ? 'outdated' : 'changed', version: receipt.version };
}

/** Writes each file, whole or not at all. Throws `conflict` where one is not as this program left it, or `download`. */
export async function putFolder(folder: OwnFolder, force: boolean): Promise<string> {
  const { state } = await stateOf(folder);
  if (state === 'current') return 'unchanged';
  if (!force) refuseStrange(state, folder, 'overwritten');
  const sums = Object.fromEntries(Object.entries(folder.files).map(([name, text]) => [name, sumOf(text)]));
  const receipt = `${JSON.stringify({ version: programVersion, sums }, null, 2)}\n`;
  for (const [name, text] of Object.entries({ ...folder.files, [receiptName]: receipt }))
    await write(join(folder.path, name), text);
  return state === 'absent' ? 'written' : 'updated';
}

/** Removes the files, and their folder if it is empty then. Throws `conflict` like `putFolder`. */
export async function removeFolder(folder: OwnFolder, force: boolean): Promise<string> {
  const { state } = await stateOf(folder);
  if (state === 'absent') return 'absent';
  if (!force) refuseStrange(state, folder, 'removed');
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

const mostBytes = 1024 * 1024;

/** A pipe would never end; nothing that is not a small file was written by this program. */
async function contentOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size < mostBytes ? await readFile(path, 'utf8') : '';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw cannotWrite(error, path);
  }
}

function readReceipt(text = ''): { version: string; sums: object } | undefined {
  const receipt = parseJson(text);
  return isObject(receipt) && isObject(receipt.sums)
    ? { version: String(receipt.version), sums: receipt.sums }
    : undefined;
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function refuseStrange(state: State, { path, files }: OwnFolder, what: string): void {
  if (state !== 'changed' && state !== 'foreign') return;
  const why = state === 'changed' ? 'was changed since it was installed' : 'is not from this program';
  throw new Failure('conflict', `${join(path, Object.keys(files)[0] ?? '')} ${why}: it was not ${what}`, {
    hint: 'Check it, then use --force',
  });
}

function cannotWrite(error: unknown, path: string): Failure {
  const failure = diskFailure(error, path);
  failure.facts.hint = 'Check the permissions of the folder, or name another one with --dir';
  return failure;
}
