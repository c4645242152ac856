import { lstatSync, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder with all that lead to it. mkdir's `recursive` never returns for one under /proc on Node 20. */
export function makeFolders(folder: string, mode?: number): void {
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder && !isThere(parent)) {
      makeFolders(parent, mode);
      makeFolders(folder, mode);
    } else if (!isThere(folder)) throw error;
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
