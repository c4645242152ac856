import { join, win32 } from 'node:path';
import type { Surroundings } from '../surroundings.ts';

/** Where the record lives: the XDG state folder, or the system's usual place. Undefined without a home. */
export function stateFolder({
  env,
  platform,
  home,
}: Pick<Surroundings, 'env' | 'platform' | 'home'>): string | undefined {
  const named = env.XDG_STATE_HOME;
  if (named && (named.startsWith('/') || platform === 'win32')) return join(named, 'runapi-imagen');
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA || (home && win32.join(home, 'AppData', 'Local'));
    return local ? win32.join(local, 'runapi-imagen', 'State') : undefined;
  }
  if (!home) return undefined;
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'runapi-imagen', 'state');
  return join(home, '.local', 'state', 'runapi-imagen');
}

/** Where Node keeps compiled code of ours, in the state folder: nothing is lost with it. */
export function compiledFolder(folder: string): string {
  return join(folder, 'compiled');
}
