import { joinPath, readForeign } from '../disk/surroundings.ts';
import type { Surroundings } from '../world.ts';

/** The folder with Hermes Agent's `config.yaml`, `.env`, `skills/` and `plugins/`; undefined without a home folder. */
export function hermesHome(surroundings: Surroundings): string | undefined {
  return hermesPlace(surroundings)?.home;
}

export interface HermesPlace {
  home: string;
  /** The profile that lives there; undefined for the default one. */
  profile: string | undefined;
  /** The file that names the profile; undefined where `HERMES_HOME` does, or nothing. */
  profileFile: string | undefined;
  problems: string[];
}

/**
 * Finds the home that Hermes Agent 0.21 would use: `HERMES_HOME`, else the profile that `<root>/active_profile` names,
 * else the root. It need not exist. Never throws.
 */
export function hermesPlace(surroundings: Surroundings): HermesPlace | undefined {
  const told = surroundings.env.HERMES_HOME?.trim();
  if (told) {
    const profile = /[\\/]profiles[\\/]([^\\/]+)[\\/]*$/.exec(told)?.[1];
    return { home: told, profile, profileFile: undefined, problems: [] };
  }
  const root = rootOf(surroundings);
  if (root === undefined) return undefined;

  const file = joinPath(surroundings, root, 'active_profile');
  const { text, problem } = readForeign(surroundings, file);
  const name = text?.trim() ?? '';
  const place = { home: root, profile: undefined, profileFile: undefined };
  if (problem !== undefined) return { ...place, problems: [problem] };
  if (name === '' || name === 'default') return { ...place, problems: [] };
  if (!profileName.test(name)) return { ...place, problems: [`${file} does not name a profile`] };
  return { home: joinPath(surroundings, root, 'profiles', name), profile: name, profileFile: file, problems: [] };
}

/** One word, so that no file's content leads out of `profiles/`. */
const profileName = /^[a-z0-9][a-z0-9_-]{0,63}$/i;

function rootOf(surroundings: Surroundings): string | undefined {
  const { env, platform, home } = surroundings;
  const dotted = home ? joinPath(surroundings, home, '.hermes') : undefined;
  if (platform !== 'win32') return dotted;
  const local = env.LOCALAPPDATA?.trim() || (home && joinPath(surroundings, home, 'AppData', 'Local'));
  const native = local ? joinPath(surroundings, local, 'hermes') : undefined;
  const roots = [native, dotted].filter((root) => root !== undefined);
  return roots.find((root) => isHome(surroundings, root)) ?? roots[0];
}

/** Tells whether Hermes was set up here, by the files that are read anyway. */
function isHome(surroundings: Surroundings, root: string): boolean {
  return ['config.yaml', '.env', 'active_profile'].some((name) => {
    const { text, problem } = readForeign(surroundings, joinPath(surroundings, root, name));
    return text !== undefined || problem !== undefined;
  });
}
