import { join } from 'node:path';
import type { Surroundings } from '../world.ts';
import { joinPath, xdgFolder } from './surroundings.ts';

/** Where the record lives: the XDG state folder, or the system's usual place. Undefined without a home. */
export function stateFolder(surroundings: Pick<Surroundings, 'env' | 'platform' | 'home'>): string | undefined {
  const { env, platform, home } = surroundings;
  const xdg = xdgFolder(surroundings, 'XDG_STATE_HOME');
  if (xdg) return joinPath(surroundings, xdg, 'runapi-imagen');
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA || (home && joinPath(surroundings, home, 'AppData', 'Local'));
    return local ? joinPath(surroundings, local, 'runapi-imagen', 'State') : undefined;
  }
  if (!home) return undefined;
  const parts =
    platform === 'darwin'
      ? ['Library', 'Application Support', 'runapi-imagen', 'state']
      : ['.local', 'state', 'runapi-imagen'];
  return joinPath(surroundings, home, ...parts);
}

/** Where Node keeps compiled code of ours, in the state folder: nothing is lost with it. */
export function compiledFolder(folder: string): string {
  return join(folder, 'compiled');
}
