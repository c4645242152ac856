import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { exitCodeOf, Failure } from '../../errors.ts';
import { table } from '../../terminal/columns.ts';
import { programVersion } from '../../version.ts';
import backend from './hermes-backend/__init__.py';
import manifest from './hermes-backend/plugin.yaml';
import { type OwnFolder, putFolder, removeFolder, stateOf } from './own-folder.ts';
import { skillText } from './skill-text.ts';
import { chosenPlaces, type Place, placesOf, type SkillFlags } from './targets.ts';

/** Writes the skill for each agent that the flags name, and for Hermes the image backend. */
export async function installSkill(context: Context, flags: SkillFlags): Promise<number> {
  const places = await chosenPlaces(context, flags);
  const foldersOf = (place: Place): OwnFolder[] => [
    skillFolder(place),
    ...(flags.imageBackend ? backendFolders(place) : []),
  ];
  const codes = await forEachFolder(context, places, foldersOf, (folder) => putFolder(folder, flags.force === true));
  for (const { homes, skills } of places) {
    for (const home of homes) {
      const copy = join(home, 'skills', skillName);
      if (copy !== join(skills, skillName) && (await exists(copy)))
        context.reporter.warn(`${copy} is another copy of the skill: remove it`);
    }
  }
  if (codes.some((code) => code !== undefined)) return exitCodeOf(codes);
  if (flags.imageBackend) {
    context.reporter.next(`hermes plugins enable ${backendName}`, 'Turn the image backend on');
    context.reporter.next(`hermes config set image_gen.provider ${backendName}`, 'and choose it');
  }
  context.reporter.next(context.command('doctor'), 'Check that the key is found');
  return 0;
}

/** Removes what was written, unless it was changed since. Does not fail where there is nothing. */
export async function uninstallSkill(context: Context, flags: SkillFlags): Promise<number> {
  const places = await chosenPlaces(context, flags, true); // an agent that is gone may have left its skill
  const foldersOf = (place: Place): OwnFolder[] => [
    ...(flags.imageBackend ? [] : [skillFolder(place)]),
    ...backendFolders(place),
  ];
  return exitCodeOf(
    await forEachFolder(context, places, foldersOf, (folder) => removeFolder(folder, flags.force === true)),
  );
}

/** Prints the skill as it would be installed. */
export async function printSkill(context: Context): Promise<number> {
  await context.reporter.data({ text: skillText() }, skillText().trimEnd());
  return 0;
}

/** Prints for each agent whether its skill, and for Hermes the image backend, is installed and unchanged. */
export async function listSkills(context: Context): Promise<number> {
  const found = [];
  for (const place of placesOf(context)) {
    const [backend] = backendFolders(place);
    const folders = { skill: skillFolder(place), ...(backend && { 'image backend': backend }) };
    for (const [what, folder] of Object.entries(folders)) {
      const { state, version } = await stateOf(folder);
      found.push({ target: place.targets.join(','), what, state, version, path: mainFile(folder) });
    }
  }
  const rows = found.map((each) => Object.values(each).map((value) => value ?? '-'));
  const lines = table(rows, context.world.stdout.columns());
  for (const [at, each] of found.entries()) await context.reporter.data(each, lines[at] ?? '');
  return 0;
}

/** Handles each folder, reports it, and goes on where one fails. Returns the error codes. */
async function forEachFolder(
  context: Context,
  places: readonly Place[],
  foldersOf: (place: Place) => OwnFolder[],
  handle: (folder: OwnFolder) => Promise<string>,
): Promise<Array<string | undefined>> {
  const codes: Array<string | undefined> = [];
  for (const place of places) {
    for (const folder of foldersOf(place)) {
      try {
        const state = await handle(folder);
        const path = mainFile(folder);
        const target = place.targets.join(',') || null;
        const object = { target, path, state, version: programVersion };
        await context.reporter.data(object, state === 'absent' ? '' : path);
        context.reporter.note(`${place.label}: ${state}`);
        codes.push(undefined);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        await context.reporter.failure(error);
        codes.push(error.code);
      }
    }
  }
  return codes;
}

function mainFile({ path, files }: OwnFolder): string {
  return join(path, Object.keys(files)[0] ?? '');
}

/** At most 64 characters of a-z, 0-9 and single hyphens; the folder has the same name (agentskills.io). */
const skillName = 'runapi-imagen';

function skillFolder({ skills }: Place): OwnFolder {
  return { path: join(skills, skillName), files: { 'SKILL.md': skillText() } };
}

/** The name by which Hermes knows it: the folder, the plugin and the provider. */
const backendName = 'runapi';

/** The image backend in a Hermes home, where `hermes plugins install` puts it too. */
function backendFolders({ targets, homes }: Place): OwnFolder[] {
  const home = targets[0] === 'hermes' && homes[0];
  const files = { '__init__.py': backend, 'plugin.yaml': manifest };
  return home ? [{ path: join(home, 'plugins', backendName), files }] : [];
}
