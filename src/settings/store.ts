import { makeFolders } from '../disk/folder.ts';
import { joinPath, readForeign } from '../disk/surroundings.ts';
import { configFolder } from '../disk/user-folders.ts';
import { Failure } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Surroundings } from '../world.ts';
import { knownSetting, type SettingName, type Settings, storedProblem } from './known.ts';

export interface StoredSettings {
  /** The file, whether it exists or not; undefined without a home. */
  path: string | undefined;
  settings: Settings;
  /** Problems with the file, a line each; its valid settings still count. */
  problems: string[];
}

/**
 * Reads the conf store. Never throws: `config` and `doctor` must work with a broken file, and a broken file must not
 * stop somebody who gives everything on the command line. conf itself is loaded only for writing.
 */
export function readSettings(surroundings: Surroundings): StoredSettings {
  const folder = configFolder(surroundings);
  if (!folder) return { path: undefined, settings: {}, problems: [] };
  const path = joinPath(surroundings, folder, 'config.json');
  const { text, problem } = readForeign(surroundings, path);
  if (problem) return { path, settings: {}, problems: [problem] };
  const stored = text?.trim() ? parsed(text) : {};
  if (!isObject(stored)) {
    const what = stored === undefined ? 'is not JSON' : 'does not hold an object';
    return { path, settings: {}, problems: [`${path} ${what}: fix it, or remove it and use config set`] };
  }
  const problems: string[] = [];
  const settings: Settings = {};
  for (const [name, given] of Object.entries(stored)) {
    if (!knownSetting(name)) continue; // from a later version
    const value = typeof given === 'number' && name !== 'apiKey' ? String(given) : given; // written by hand
    const problem = storedProblem(name as SettingName, value);
    if (problem) problems.push(`${path}: ${problem}`);
    // A limit that makes no sense must not become none: what buys refuses it.
    if (!problem || name === 'maxCost') settings[name as SettingName] = String(value);
  }
  return { path, settings, problems };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const noHome = (): Failure =>
  new Failure('validation', 'there is no home folder to keep settings in', { hint: 'Set HOME or XDG_CONFIG_HOME' });

/** Writes one setting, or removes it (`undefined`). The file is 0600 in a folder of 0700. Throws `validation`. */
export async function writeSetting(
  surroundings: Surroundings,
  name: SettingName,
  value: string | undefined,
): Promise<void> {
  const folder = configFolder(surroundings);
  if (!folder) throw noHome();
  const path = joinPath(surroundings, folder, 'config.json');
  const { problem } = readForeign(surroundings, path); // conf would read anything, and wait for a pipe
  if (problem) throw new Failure('validation', problem, { hint: 'Fix or remove the file, then try again' });
  try {
    makeFolders(folder, 0o700);
    const { default: Conf } = await import('conf');
    const store = new Conf({
      projectName: 'runapi-imagen',
      projectSuffix: '', // otherwise conf adds -nodejs to the folder
      cwd: folder,
      configFileMode: 0o600, // conf's own default is 0644
      accessPropertiesByDotNotation: false,
    });
    if (value === undefined) store.delete(name);
    else store.set(name, value);
  } catch (error) {
    const isSyntax = error instanceof SyntaxError;
    const reason = isSyntax ? 'it is not JSON' : String((error as NodeJS.ErrnoException).code ?? error);
    throw new Failure('validation', `${path} cannot be written: ${reason}`, {
      hint: isSyntax ? 'Fix or remove the file, then try again' : 'Check the permissions of the folder',
      cause: error,
    });
  }
}
