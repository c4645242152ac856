import { randomBytes } from 'node:crypto';
import { mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../errors.ts';
import { diskFailure } from './disk-failure.ts';
import { exists } from './place.ts';

/**
 * Makes the folder if it is missing and tries it by writing to it, so that what is wrong is told before anything
 * is paid. Throws `download`.
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    if (!(await stat(folder)).isDirectory()) throw notAFolder(folder);
    const trial = join(folder, `.runapi-imagen-${randomBytes(6).toString('hex')}.part`);
    const file = await open(trial, 'wx');
    try {
      await file.write('trial'); // a full disk still makes empty files
    } finally {
      await file.close();
      await unlink(trial);
    }
  } catch (error) {
    throw diskFailure(error, folder);
  }
}

function notAFolder(folder: string): Failure {
  return new Failure('download', `${folder} is a file, not a folder`, {
    hint: 'Name another folder with --dir',
  });
}

/** Like mkdir's `recursive`, which never returns for a folder under /proc on Node 20. Throws `download`. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(folder) !== folder && !(await exists(dirname(folder)))) {
      await makeFolder(dirname(folder));
      await makeFolder(folder);
    } else if (!(await exists(folder))) throw diskFailure(error, folder);
  }
}
