import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { prepareFolder } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { joinPath } from '../../disk/surroundings.ts';
import { configFolder } from '../../disk/user-folders.ts';
import { Failure, tellAll } from '../../errors.ts';
import { hermesHome } from '../../hermes/home.ts';
import { fixedFolder } from '../../image/template.ts';
import { unwritable } from '../../journal/failures.ts';
import { shellWord } from '../../report/shell-command.ts';
import { checkOptions } from '../../request/request.ts';
import { kebab, settingSource } from '../../request/sources.ts';
import { parseTarget, type Target } from '../../request/target.ts';
import type { SettingName } from '../../settings/known.ts';
import { wantsColour } from '../../terminal/colours.ts';
import { isLive } from '../../terminal/status-line.ts';
import { programVersion } from '../../version.ts';
import type { Output } from '../../world.ts';
import { attempt, broken, type Check, ok, warning } from './check.ts';

/** As under `engines` in package.json. */
const oldestNode = 'v20.18.1';

export function checkNode({ world }: Context): Check[] {
  const [node = '', program = ''] = world.invocation;
  const told = `${world.nodeVersion} (${node})`;
  return [
    world.nodeVersion.localeCompare(oldestNode, 'en', { numeric: true }) < 0
      ? warning('node', `${told} is older than ${oldestNode}`, 'Install a newer Node: https://nodejs.org')
      : ok('node', told),
    ok('version', `${programVersion} (${program})`),
  ];
}

/** Checks whether the settings file can be read, keeps its key private and has no settings that exclude each other. */
export async function checkSettings(context: Context): Promise<Check[]> {
  const { path, settings, problems } = context.stored;
  if (path === undefined)
    return [warning('settings', 'there is no home folder to keep them in', 'Set HOME or XDG_CONFIG_HOME')];
  const hint = `Its other settings are used: ${context.command('config list')}`;
  const checks = problems.map((problem) => warning('settings', problem, hint));
  const names = (Object.keys(settings) as SettingName[]).map(kebab);
  if (checks.length === 0)
    checks.push(ok('settings', names.length > 0 ? `${path}: ${names.join(', ')}` : `none yet (${path})`));
  if (settings.apiKey !== undefined && (await isPublic(context, path)))
    checks.push(
      warning('settings', `other users can read the key in ${path}`, `chmod 600 ${shellWord(path, 'linux') ?? 'FILE'}`),
    );
  const conflicts: string[] = [];
  checkOptions([settingSource(settings)], conflicts);
  usualTarget(context, conflicts);
  if (conflicts.length > 0) {
    const facts = { hint: context.command('config list') };
    checks.push(broken('settings', new Failure('validation', conflicts.join('; '), facts)));
  }
  return checks;
}

async function isPublic({ world }: Context, path: string): Promise<boolean> {
  if (world.platform === 'win32') return false; // permissions are lists there, and the mode says nothing
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && (facts.mode & 0o077) !== 0;
}

/** Returns where pictures go without flags; undefined where the settings are wrong. */
function usualTarget({ world, stored }: Context, problems: string[]): Omit<Target, 'index'> | undefined {
  return parseTarget([settingSource(stored.settings)], world, { count: 1, areNew: true }, problems);
}

/** Checks whether pictures and the record of paid tasks can be written. Creates nothing that is missing. */
export async function* checkFolders(context: Context): AsyncGenerator<Check> {
  yield await attempt('pictures', async () => {
    const problems: string[] = [];
    const target = usualTarget(context, problems);
    if (!target) throw tellAll(problems);
    return ok('pictures', await tried(resolve(target.folder, fixedFolder(target.output))));
  });
  yield await attempt('record', async () => {
    try {
      return await checkRecord(context);
    } catch (error) {
      throw error instanceof Failure ? unwritable(error.message, error) : error;
    }
  });
}

async function checkRecord({ state, stateFlaw, journal, command }: Context): Promise<Check> {
  if (state === undefined) return broken('record', unwritable(stateFlaw ?? ''));
  const told = await tried(join(state, 'runs'));
  if (!(await exists(state))) return ok('record', told); // reading the record would create it
  const dead = (await journal.left()).runs.filter(({ life }) => life === 'dead');
  const left = dead.reduce((sum, { entries }) => sum + entries.size, 0);
  if (left === 0) return ok('record', told);
  const tasks = left === 1 ? '1 unfinished task of an interrupted run' : `${left} unfinished tasks`;
  return warning('record', `${told}; ${tasks}`, command('resume'));
}

/** Tries the folder, or the one in which it would be created, by writing to it. Throws `download`. */
async function tried(folder: string): Promise<string> {
  let nearest = folder;
  while (!(await exists(nearest)) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  await prepareFolder(nearest);
  return nearest === folder ? folder : `${folder} (will be created)`;
}

/** Tells how Hermes' own image backend uses `serve`, once `serve` has made its token. */
export async function checkServe({ world }: Context): Promise<Check[]> {
  const folder = configFolder(world);
  const token = folder && joinPath(world, folder, 'serve-token');
  const home = hermesHome(world);
  if (!token || !home || !(await exists(token)) || !(await exists(home))) return [];
  const told =
    'for the openai backend of Hermes Agent, in config.yaml: image_gen: {provider: openai, model: imagen-4, ' +
    'openai: {base_url: "http://127.0.0.1:4011/v1", key_env: RUNAPI_SERVE_TOKEN}}';
  const hint = `printf 'RUNAPI_SERVE_TOKEN=%s\\n' "$(cat '${token}')" >> '${joinPath(world, home, '.env')}'`;
  return [ok('serve', told, hint)];
}

/** Tells how the program will behave on this terminal; nothing here stops a `generate`. */
export function checkTerminal({ world: { stdout, stderr, env }, flags }: Context): Check {
  const streams = `stdout is ${kind(stdout)}, stderr is ${kind(stderr)}`;
  const progress = isLive(stderr, env) ? 'a spinner' : 'plain lines';
  const colour = wantsColour(stderr, env, flags.color) ? 'colour' : 'no colour';
  return ok('terminal', `${streams}: ${progress}, ${colour}`);
}

function kind(output: Output): string {
  return output.isTerminal ? `a terminal of ${output.columns()} columns` : 'not a terminal';
}
