import { randomBytes } from 'node:crypto';
import { readFile, realpath, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskFailure } from '../../disk/disk-failure.ts';
import { makeFolder } from '../../disk/folder.ts';
import { Failure } from '../../errors.ts';
import type { WantedFile } from './files.ts';
import { readStamp } from './stamp.ts';

/** `outdated` is as another version, or this one elsewhere, wrote it; `foreign` was never ours. */
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

/** Writes the file, whole or not at all. Throws `conflict` where it is not as this program left it, and `download`. */
export async function putFile(
  file: WantedFile,
  force: boolean,
): Promise<'written' | 'updated' | 'unchanged'> {
  const { state } = await stateOf(file);
  if (state === 'current') return 'unchanged';
  if (!force) refuseStrange(state, file.path, 'overwritten');
  // Whoever keeps the file elsewhere and a link here keeps it so.
  const path = await realpath(file.path).catch(() => file.path);
  const whole = join(dirname(path), `.runapi-imagen-${randomBytes(6).toString('hex')}.part`);
  try {
    await makeFolder(dirname(path));
    await writeFile(whole, file.text);
    await rename(whole, path);
  } catch (error) {
    await unlink(whole).catch(() => undefined);
    throw cannotWrite(error, path);
  }
  return state === 'absent' ? 'written' : 'updated';
}

/** Removes the file, and its folder where that is empty then. Throws `conflict` like `putFile`. */
export async function removeFile(file: WantedFile, force: boolean): Promise<boolean> {
  const { state } = await stateOf(file);
  if (state === 'absent') return false;
  if (!force) refuseStrange(state, file.path, 'removed');
  const folder = dirname(file.path);
  try {
    await unlink(file.path);
    // Python's own copy of a plugin that is gone.
    if (file.path.endsWith('.py')) await rm(join(folder, '__pycache__'), { recursive: true, force: true });
  } catch (error) {
    throw cannotWrite(error, file.path);
  }
  await rmdir(folder).catch(() => undefined); // somebody keeps something else there
  return true;
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw cannotWrite(error, path);
  }
}

function refuseStrange(state: FileState, path: string, what: string): void {
  if (state !== 'changed' && state !== 'foreign') return;
  const why = state === 'changed' ? 'was changed since it was installed' : 'is not of this program';
  throw new Failure('conflict', `${path} ${why}: it was not ${what}`, {
    hint: 'Look at it first, then use --force',
  });
}

function cannotWrite(error: unknown, path: string): Failure {
  const failure = diskFailure(error, path);
  failure.facts.hint = 'Check the rights of the folder, or name another one with --dir';
  return failure;
}
