import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { exitCodeOf, Failure } from '../../errors.ts';
import { programVersion } from '../../version.ts';
import frontmatter from './frontmatter.yaml';
import backend from './hermes-backend/__init__.py';
import manifest from './hermes-backend/plugin.yaml';
import { type OwnFolder, putFolder, removeFolder } from './own-folder.ts';
import portable from './plugin/skills/runapi-imagen/SKILL.md';
import { chosenPlaces, type Place, type SkillFlags } from './targets.ts';

/** Writes the skill for each agent that the flags name, and for Hermes the image backend. */
export async function installSkill(context: Context, flags: SkillFlags): Promise<number> {
  const { reporter } = context;
  const places = await chosenPlaces(context, flags);
  const foldersOf = (place: Place) => [skillFolder(place), ...(flags.imageBackend ? backendFolders(place) : [])];
  const codes = await forEachFolder(context, places, foldersOf, (folder) => putFolder(folder, flags.force === true));
  for (const { homes, skills } of places) {
    for (const copy of homes.map((home) => join(home, 'skills', skillName)))
      if (copy !== join(skills, skillName) && (await exists(copy)))
        reporter.warn(`${copy} is another copy of the skill: remove it`);
  }
  if (codes.some((code) => code !== undefined)) return exitCodeOf(codes);
  if (flags.imageBackend) {
    reporter.next(`hermes plugins enable ${backendName}`, 'Turn the image backend on');
    reporter.next(`hermes config set image_gen.provider ${backendName}`, 'and choose it');
  }
  reporter.next(context.command('doctor'), 'Check that the key is found');
  return 0;
}

/** Removes what was written, unless it was changed since. Does not fail where there is nothing. */
export async function uninstallSkill(context: Context, flags: SkillFlags): Promise<number> {
  const places = await chosenPlaces(context, flags, true); // an agent that is gone may have left its skill
  const foldersOf = (place: Place) => [...(flags.imageBackend ? [] : [skillFolder(place)]), ...backendFolders(place)];
  const remove = (folder: OwnFolder) => removeFolder(folder, flags.force === true);
  return exitCodeOf(await forEachFolder(context, places, foldersOf, remove));
}

/** Prints the skill as it would be installed. */
export async function printSkill(context: Context): Promise<number> {
  await context.reporter.data({ text: skillText() }, skillText().trimEnd());
  return 0;
}

/** Handles each folder, reports it, and goes on where one fails. Returns the error codes. */
async function forEachFolder(
  { reporter }: Context,
  places: readonly Place[],
  foldersOf: (place: Place) => OwnFolder[],
  handle: (folder: OwnFolder) => Promise<string>,
): Promise<Array<string | undefined>> {
  const codes: Array<string | undefined> = [];
  for (const { place, folder } of places.flatMap((place) => foldersOf(place).map((folder) => ({ place, folder })))) {
    try {
      const state = await handle(folder);
      const path = join(folder.path, Object.keys(folder.files)[0] ?? '');
      const object = { target: place.targets.join(',') || null, path, state, version: programVersion };
      await reporter.data(object, state === 'absent' ? '' : path);
      reporter.note(`${place.label}: ${state}`);
      codes.push(undefined);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      await reporter.failure(error);
      codes.push(error.code);
    }
  }
  return codes;
}

/** At most 64 characters of a-z, 0-9 and single hyphens; the folder has the same name (agentskills.io). */
const skillName = 'runapi-imagen';

function skillFolder({ skills }: Place): OwnFolder {
  return { path: join(skills, skillName), files: { 'SKILL.md': skillText() } };
}

/**
 * Returns the SKILL.md that every agent takes: that of the plugin, which has only fields of agentskills.io, with those
 * that Hermes and OpenClaw want besides, in block style, because some agents read no other.
 */
function skillText(): string {
  return portable.replace('\nmetadata:\n', `\nversion: ${programVersion}\n${frontmatter}`);
}

/** The name by which Hermes knows it: the folder, the plugin and the provider. */
const backendName = 'runapi';

/** The image backend in a Hermes home, where `hermes plugins install` puts it too. */
function backendFolders({ targets, homes }: Place): OwnFolder[] {
  const home = targets[0] === 'hermes' && homes[0];
  const files = { '__init__.py': backend, 'plugin.yaml': manifest };
  return home ? [{ path: join(home, 'plugins', backendName), files }] : [];
}
