import { link, lstat, rename, unlink } from 'node:fs/promises';
import { diskFailure } from './disk-failure.ts';

/** Gives a whole file its final name. `taken`: the name was there already, and nothing was changed. */
export async function place(from: string, to: string, overwrite: boolean): Promise<'placed' | 'taken'> {
  try {
    if (overwrite) {
      await rename(from, to);
      return 'placed';
    }
    return await placeNew(from, to);
  } catch (error) {
    throw diskFailure(error, to);
  }
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
