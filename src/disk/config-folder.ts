import type { Surroundings } from '../world.ts';
import { joinPath, xdgFolder } from './surroundings.ts';

/** Where the settings live: the XDG config folder, or the system's usual place. Undefined without a home. */
export function configFolder(surroundings: Surroundings): string | undefined {
  const { env, platform, home } = surroundings;
  const xdg = xdgFolder(surroundings, 'XDG_CONFIG_HOME');
  if (xdg) return joinPath(surroundings, xdg, 'runapi-imagen');
  if (platform === 'win32') {
    const roaming = env.APPDATA || (home && joinPath(surroundings, home, 'AppData', 'Roaming'));
    return roaming ? joinPath(surroundings, roaming, 'runapi-imagen', 'Config') : undefined;
  }
  if (!home) return undefined;
  const parts = platform === 'darwin' ? ['Library', 'Preferences'] : ['.config'];
  return joinPath(surroundings, home, ...parts, 'runapi-imagen');
}
