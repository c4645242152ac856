import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFailure } from './disk-failure.ts';
import { flushFolder } from './folder.ts';

/** Gives a file another name. `taken`: that was there already, and nothing was changed. Throws `download`. */
export async function place(from: string, to: string, overwrite: boolean): Promise<'placed' | 'taken'> {
  try {
    const outcome = overwrite ? await rename(from, to).then(() => 'placed' as const) : await placeNew(from, to);
    if (outcome === 'placed') await flushFolder(dirname(to));
    return outcome;
  } catch (error) {
    throw diskFailure(error, to);
  }
}

/** Gives a file a name that no file has: link() never replaces one, rename() does. Throws what the file system throws. */
export async function placeNew(from: string, to: string): Promise<'placed' | 'taken'> {
  try {
    await link(from, to);
  } catch (error) {
    // A network file system may refuse what it has done: its answer was lost, and the call was sent again.
    if (!(await areSame(from, to))) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'taken';
      return await placeWithoutLinks(from, to);
    }
  }
  await unlink(from);
  return 'placed';
}

async function areSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => lstat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** On a file system without hard links: an empty file reserves the name, which one process only can make. */
async function placeWithoutLinks(from: string, to: string): Promise<'placed' | 'taken'> {
  try {
    await (await open(to, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'taken';
    throw error;
  }
  try {
    await rename(from, to);
  } catch (error) {
    await unlink(to).catch(() => undefined);
    throw error;
  }
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
