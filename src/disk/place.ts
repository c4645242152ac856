import { link, lstat, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFailure } from './disk-failure.ts';
import { flushFolder } from './make-folders.ts';

/**
 * Gives a whole file its final name, which then survives a power failure. `taken`: the name was there already, and
 * nothing was changed.
 */
export async function place(from: string, to: string, overwrite: boolean): Promise<'placed' | 'taken'> {
  try {
    const outcome = overwrite ? await replace(from, to) : await placeNew(from, to);
    if (outcome === 'placed') await flushFolder(dirname(to));
    return outcome;
  } catch (error) {
    throw diskFailure(error, to);
  }
}

async function replace(from: string, to: string): Promise<'placed'> {
  await rename(from, to);
  return 'placed';
}

/** link() never replaces a file, rename() does; some file systems have no links. */
async function placeNew(from: string, to: string): Promise<'placed' | 'taken'> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return 'taken';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EACCES'].includes(code ?? ''))
      throw error;
    if (await exists(to)) return 'taken';
    await rename(from, to);
    return 'placed';
  }
  await unlink(from);
  return 'placed';
}

export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
