import { access, constants } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { expandHome } from '../../task/home-path.ts';

/**
 * Where a picture goes that an agent asked for: the folder that was named, or the setting `dir`; both count from the
 * first folder that the client works in, or else the one that the server runs in. Where none of them is a place for
 * files (the root of the disk, the bare home, a program's own, one that can't be written) it is a folder of our own
 * among the user's pictures instead.
 */
export async function pictureFolder(
  { world, stored }: Context,
  named: string | undefined,
  roots: readonly string[],
): Promise<string> {
  const { cwd, home } = world;
  let place = home ? join(home, 'Pictures', 'runapi-imagen') : cwd;
  for (const folder of [cwd, ...roots.toReversed()]) if (await isForFiles(folder, world)) place = folder;
  const wanted = named ?? stored.settings.dir ?? '.';
  return resolve(place, expandHome(wanted, home));
}

async function isForFiles(folder: string, { home, env }: Context['world']): Promise<boolean> {
  if (dirname(folder) === folder || (home && folder === resolve(home))) return false;
  const programs = env.LOCALAPPDATA && join(env.LOCALAPPDATA, 'Programs');
  const ofPrograms = [
    env.SystemRoot,
    env.ProgramFiles,
    env['ProgramFiles(x86)'],
    programs,
    env.PLUGIN_ROOT, // of the package that the server was installed with
  ];
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
