import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Names a batch by its file, so that the file may grow between two runs: by the real path, whatever links lead to it.
 * A pipe is named by the folder in which it was read.
 */
export function nameOfBatch(cwd: string, file: string): string {
  const path = isPipeName(file) ? `stdin in ${cwd}` : realPath(resolve(cwd, file));
  return createHash('sha256').update(path).digest().toString('hex', 0, 8);
}

/** Tells whether a name stands for stdin or for an open file of some process. */
export function isPipeName(file: string): boolean {
  return file === '-' || /^\/(dev|proc)\//.test(file);
}

/** The file of an old batch may be gone. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
