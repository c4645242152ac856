import { lstatSync, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder with all that lead to it. mkdir's `recursive` never returns for one under /proc on Node 20. */
export function makeFolders(folder: string, mode?: number, triesLeft = 5): void {
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    if (isThere(folder)) return;
    const parent = dirname(folder);
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder;
    // Another process may make the parent, or remove it, at this moment.
    if (!isMissing || triesLeft === 0) throw error;
    if (!isThere(parent)) makeFolders(parent, mode, triesLeft);
    makeFolders(folder, mode, triesLeft - 1);
  }
}

/** Makes the names in a folder survive a power failure, where the system can (Windows cannot). */
export async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The files themselves are flushed; only a new name may be lost, and only with the power.
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
