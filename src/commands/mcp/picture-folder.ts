import { access, constants } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { expandHome } from '../../task/home-path.ts';

/**
 * Where a picture goes that an agent asked for: the folder that was named, or the setting `dir`; both count from the
 * folder that the agent runs in. Where that is no place for files (a root, the bare home, a program's own, one
 * that can't be written) it is a folder of our own among the user's pictures instead.
 */
export async function pictureFolder({ world, stored }: Context, named: string | undefined): Promise<string> {
  const { cwd, home } = world;
  const place = (await isForFiles(cwd, world)) || !home ? cwd : join(home, 'Pictures', 'runapi-imagen');
  const wanted = named ?? stored.settings.dir ?? '.';
  return resolve(place, expandHome(wanted, home));
}

async function isForFiles(folder: string, { home, env }: Context['world']): Promise<boolean> {
  if (dirname(folder) === folder || (home && folder === resolve(home))) return false;
  const programs = env.LOCALAPPDATA && join(env.LOCALAPPDATA, 'Programs');
  const ofPrograms = [env.SystemRoot, env.ProgramFiles, env['ProgramFiles(x86)'], programs];
  if (ofPrograms.some((place) => place && isInside(folder, place))) return false;
  return await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

function isInside(folder: string, place: string): boolean {
  const way = relative(place, folder);
  return !way.startsWith('..') && !isAbsolute(way);
}
