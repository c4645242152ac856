import type { Surroundings } from '../world.ts';
import { joinPath, xdgFolder } from './surroundings.ts';

type Place = Pick<Surroundings, 'env' | 'platform' | 'home'>;

/** Where the settings live: the XDG config folder, or the system's usual place. Undefined without a home. */
export function configFolder(place: Place): string | undefined {
  const { env, platform, home } = place;
  const xdg = xdgFolder(place, 'XDG_CONFIG_HOME');
  if (xdg) return joinPath(place, xdg, 'runapi-imagen');
  if (platform === 'win32') return under(place, env.APPDATA, 'Roaming', 'Config');
  const parts = platform === 'darwin' ? ['Library', 'Preferences'] : ['.config'];
  return home && joinPath(place, home, ...parts, 'runapi-imagen');
}

/** Where the record lives: the XDG state folder, or the system's usual place. Undefined without a home. */
export function stateFolder(place: Place): string | undefined {
  const { env, platform, home } = place;
  const xdg = xdgFolder(place, 'XDG_STATE_HOME');
  if (xdg) return joinPath(place, xdg, 'runapi-imagen');
  if (platform === 'win32') return under(place, env.LOCALAPPDATA, 'Local', 'State');
  if (platform === 'darwin')
    return home && joinPath(place, home, 'Library', 'Application Support', 'runapi-imagen', 'state');
  return home && joinPath(place, home, '.local', 'state', 'runapi-imagen');
}

/** Where Windows keeps an application's data. */
function under(place: Place, named: string | undefined, usual: string, folder: string): string | undefined {
  const data = named || (place.home && joinPath(place, place.home, 'AppData', usual));
  return data ? joinPath(place, data, 'runapi-imagen', folder) : undefined;
}
