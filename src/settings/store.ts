import { configFolder } from '../disk/config-folder.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { joinPath, readForeign, type Surroundings } from '../disk/surroundings.ts';
import { Failure } from '../errors.ts';
import { knownSettings, type SettingName, type Settings, settingProblem } from './known.ts';

export interface StoredSettings {
  /** The file, whether it exists or not; undefined without a home. */
  path: string | undefined;
  settings: Settings;
  /** What is wrong with the file, a line each; the settings that are right count all the same. */
  problems: string[];
}

/**
 * Reads the conf store. Never throws: `config` and `doctor` must work with a broken file, and a broken file
 * must not stop somebody who gives everything on the command line. conf itself is loaded for writing only.
 */
export function readSettings(surroundings: Surroundings): StoredSettings {
  const folder = configFolder(surroundings);
  if (!folder) return { path: undefined, settings: {}, problems: [] };
  const path = joinPath(surroundings, folder, 'config.json');
  const { text, problem } = readForeign(surroundings, path);
  if (problem) return { path, settings: {}, problems: [problem] };
  if (text === undefined || text.trim() === '') return { path, settings: {}, problems: [] };
  const mend = `mend it, or remove it and use config set`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { path, settings: {}, problems: [`${path} is not JSON: ${mend}`] };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return {
      path,
      settings: {},
      problems: [`${path} does not hold an object: ${mend}`],
    };
  }
  const problems: string[] = [];
  const settings: Settings = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (!Object.hasOwn(knownSettings, name)) continue; // of a later version
    const problem = settingProblem(name as SettingName, value, name);
    if (problem) problems.push(`${path}: ${problem}`);
    else settings[name as SettingName] = value as string;
  }
  return { path, settings, problems };
}

/** Writes one setting, or removes it (`undefined`). The file is 0600 in a folder of 0700. Throws `validation`. */
export async function writeSetting(
  surroundings: Surroundings,
  name: SettingName,
  value: string | undefined,
): Promise<void> {
  const folder = configFolder(surroundings);
  if (!folder) {
    throw new Failure('validation', 'there is no home folder to keep settings in', {
      hint: 'Set HOME or XDG_CONFIG_HOME',
    });
  }
  const path = joinPath(surroundings, folder, 'config.json');
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
    const reason =
      error instanceof SyntaxError
        ? 'it is not JSON'
        : String((error as NodeJS.ErrnoException).code ?? error);
    throw new Failure('validation', `${path} cannot be written: ${reason}`, {
      hint:
        error instanceof SyntaxError
          ? 'Mend or remove the file, then set it again'
          : 'Check the rights of the folder',
      cause: error,
    });
  }
}
