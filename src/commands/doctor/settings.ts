import { stat } from 'node:fs/promises';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import { kebab } from '../../request/sources.ts';
import type { SettingName } from '../../settings/known.ts';
import { readPlan } from '../generate/plan.ts';
import { broken, type Check, warning, well } from './check.ts';

/** The settings file: whether it is there, can be read, keeps its key to itself and asks for nothing impossible. */
export async function checkSettings(context: Context): Promise<Check[]> {
  const { path, settings, problems } = context.stored;
  if (path === undefined) {
    return [warning('settings', 'there is no home folder to keep them in', 'Set HOME or XDG_CONFIG_HOME')];
  }
  const checks = problems.map((problem) =>
    warning(
      'settings',
      problem,
      `What is right in it counts all the same: ${context.command('config list')}`,
    ),
  );
  const names = (Object.keys(settings) as SettingName[]).map(kebab);
  if (checks.length === 0)
    checks.push(well('settings', names.length > 0 ? `${path}: ${names.join(', ')}` : `none yet (${path})`));
  if (settings.apiKey !== undefined && (await isOpen(context, path))) {
    checks.push(
      warning('settings', `others on this machine may read the key in ${path}`, `chmod 600 '${path}'`),
    );
  }
  const conflict = await conflictOf(context);
  return conflict ? [...checks, conflict] : checks;
}

async function isOpen({ world }: Context, path: string): Promise<boolean> {
  if (world.platform === 'win32') return false; // rights are lists there, and the mode says nothing
  try {
    return ((await stat(path)).mode & 0o077) !== 0;
  } catch {
    return false;
  }
}

/** Settings that are right alone and not together: `generate` would refuse them. */
async function conflictOf(context: Context): Promise<Check | undefined> {
  try {
    await readPlan(context, ['a mug'], { sandbox: true }); // the address has a check of its own
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return broken(
      'settings',
      new Failure(error.code, error.message, { hint: context.command('config list') }),
    );
  }
}
