import { dirname, join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { prepareFolder } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { Failure } from '../../errors.ts';
import { fixedFolder } from '../../image/picture-path.ts';
import { unwritable } from '../../journal/failures.ts';
import { readTarget } from '../../request/target.ts';
import { broken, type Check, warning, well } from './check.ts';

/** Whether pictures and the record of paid tasks can be written. What is missing is not made. */
export async function checkFolders(context: Context): Promise<Check[]> {
  return [await checkPictures(context), ...(await checkRecord(context))];
}

async function checkPictures(context: Context): Promise<Check> {
  const { folder, output } = readTarget(context, {}, 1, []);
  try {
    return well('pictures', await tried(resolve(folder, fixedFolder(output))));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return broken('pictures', error);
  }
}

async function checkRecord(context: Context): Promise<Check[]> {
  const { state, journal } = context;
  if (state === undefined) return [broken('record', unwritable('there is no home folder'))];
  try {
    const told = await tried(join(state, 'runs'));
    const dead = (await journal.left()).runs.filter(({ life }) => life === 'dead');
    const left = dead.reduce((sum, { entries }) => sum + entries.size, 0);
    if (left === 0) return [well('record', told)];
    const tasks = left === 1 ? 'one task' : `${left} tasks`;
    return [warning('record', `${told}; ${tasks} of interrupted runs to finish`, context.command('resume'))];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [broken('record', unwritable(error.message, error))];
  }
}

/** Tries the folder, or the one in which it would be made, by writing to it. Throws `download`. */
async function tried(folder: string): Promise<string> {
  let nearest = folder;
  while (!(await exists(nearest)) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  await prepareFolder(nearest);
  return nearest === folder ? folder : `${folder} (will be made)`;
}
