import { access, constants } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { leadsOut } from '../../disk/folder.ts';
import { invalid } from '../../errors.ts';
import { safeFileName } from '../../image/file-name.ts';
import { expandHome } from '../../task/home-path.ts';
import type { World } from '../../world.ts';
import type { ToolCall } from './tool.ts';

/**
 * The folder that an agent names, below the root. Each part of it is made a name that is safe: it may have read the
 * folder's name somewhere. Throws `validation` where it leads out.
 */
export async function pictureFolder(
  call: ToolCall,
  named: string | undefined,
): Promise<{ root: string; folder: string }> {
  const root = await rootFolder(call);
  if (!named) return { root, folder: root };
  const way = relative(root, resolve(root, expandHome(named, call.context.world.home)));
  const parts = way.split(/[/\\]+/).filter((part) => part !== '');
  const folder = join(root, ...parts.map(safeFileName));
  if (parts[0] !== '..' && !isAbsolute(way) && !leadsOut(folder, root)) return { root, folder };
  throw invalid(
    `Invalid folder ${JSON.stringify(named)}: it is outside of ${root}`,
    'This server writes nowhere else. Leave the folder out, or name one below it',
  );
}

/**
 * The folder outside of which the server writes nothing: `--dir` or the setting `dir`, which count from the first
 * folder that the client works in, or else the one that the server runs in. Where none of them is a place for files (the
 * root of the disk, the bare home, a program's own, one that can't be written) it is a folder of our own among the
 * user's pictures instead.
 */
async function rootFolder({ context: { world, stored }, flags, roots }: ToolCall): Promise<string> {
  const { cwd, home } = world;
  let place = home ? join(home, 'Pictures', 'runapi-imagen') : cwd;
  for (const folder of [cwd, ...roots.toReversed()]) if (await isForFiles(folder, world)) place = folder;
  return resolve(place, expandHome(flags.dir ?? stored.settings.dir ?? '.', home));
}

/** Where Windows keeps programs. */
const ofPrograms = /^[a-z]:\\(windows|program files[^\\]*|users\\[^\\]+\\appdata\\local\\programs)(\\|$)/i;

async function isForFiles(folder: string, { home, env }: World): Promise<boolean> {
  if (dirname(folder) === folder || (home && folder === resolve(home)) || ofPrograms.test(folder)) return false;
  if (env.PLUGIN_ROOT && !leadsOut(folder, env.PLUGIN_ROOT)) return false; // of the package that it was installed with
  return await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
