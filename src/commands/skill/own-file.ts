import { createHash, randomBytes } from 'node:crypto';
import { readFile, realpath, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskFailure } from '../../disk/disk-failure.ts';
import { makeFolder } from '../../disk/folder.ts';
import { Failure } from '../../errors.ts';
import { programVersion } from '../../version.ts';

/** A file as this version would write it. */
export interface WantedFile {
  path: string;
  text: string;
}

/** `outdated`: as another version, or this one elsewhere, wrote it. `foreign`: not written by this program. */
export type FileState = 'absent' | 'current' | 'outdated' | 'changed' | 'foreign';

export async function stateOf({ path, text }: WantedFile): Promise<{ state: FileState; version?: string }> {
  const there = await contentOf(path);
  if (there === undefined) return { state: 'absent' };
  const stamp = readStamp(there);
  if (!stamp) return { state: 'foreign' };
  const { version, intact } = stamp;
  if (!intact) return { state: 'changed', version };
  return { state: there === text ? 'current' : 'outdated', version };
}

/** Writes the file, whole or not at all. Throws `conflict` where it is not as this program left it, or `download`. */
export async function putFile(
  file: WantedFile,
  force: boolean,
): Promise<'written' | 'updated' | 'unchanged'> {
  const { state } = await stateOf(file);
  if (state === 'current') return 'unchanged';
  if (!force) refuseStrange(state, file.path, 'overwritten');
  // A link stays a link: the user keeps the file elsewhere.
  const path = await realpath(file.path).catch(() => file.path);
  const whole = join(dirname(path), `.runapi-imagen-${randomBytes(6).toString('hex')}.part`);
  try {
    await makeFolder(dirname(path));
    await writeFile(whole, file.text, { flag: 'wx' });
    await rename(whole, path);
  } catch (error) {
    await unlink(whole).catch(() => undefined);
    throw cannotWrite(error, path);
  }
  return state === 'absent' ? 'written' : 'updated';
}

/** Removes the file, and its folder if that is empty then. Throws `conflict` like `putFile`. */
export async function removeFile(file: WantedFile, force: boolean): Promise<boolean> {
  const { state } = await stateOf(file);
  if (state === 'absent') return false;
  if (!force) refuseStrange(state, file.path, 'removed');
  const folder = dirname(file.path);
  try {
    await unlink(file.path);
    // Python's compiled copy of the plugin.
    if (file.path.endsWith('.py')) await rm(join(folder, '__pycache__'), { recursive: true, force: true });
  } catch (error) {
    throw cannotWrite(error, file.path);
  }
  await rmdir(folder).catch(() => undefined); // something else is in it
  return true;
}

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

const mostBytes = 1024 * 1024;

function refuseStrange(state: FileState, path: string, what: string): void {
  if (state !== 'changed' && state !== 'foreign') return;
  const why = state === 'changed' ? 'was changed since it was installed' : 'is not from this program';
  throw new Failure('conflict', `${path} ${why}: it was not ${what}`, {
    hint: 'Check it, then use --force',
  });
}

function cannotWrite(error: unknown, path: string): Failure {
  const failure = diskFailure(error, path);
  failure.facts.hint = 'Check the permissions of the folder, or name another one with --dir';
  return failure;
}

/** How comments are written in a file. */
type CommentStyle = 'markdown' | 'hash';

const marks: Readonly<Record<CommentStyle, [string, string]>> = {
  markdown: ['<!-- ', ' -->'],
  hash: ['# ', ''],
};

/** Adds a last line that names the program and shows any later change of the text. */
export function stamped(text: string, style: CommentStyle): string {
  const [open, close] = marks[style];
  return `${text}${open}written by runapi-imagen ${programVersion}, ${sumOf(text)}${close}\n`;
}

/** The version that wrote the file, and whether it is unchanged; undefined where this program did not write it. */
function readStamp(file: string): { version: string; intact: boolean } | undefined {
  const [line = '', version = '', sum] =
    /^(?:<!-- |# )written by runapi-imagen (\S+), ([0-9a-f]{16})(?: -->)?$/m.exec(file) ?? [];
  if (line === '') return undefined;
  const at = file.indexOf(line);
  return { version, intact: file.slice(at) === `${line}\n` && sumOf(file.slice(0, at)) === sum };
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
