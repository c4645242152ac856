import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { exitCodeOf, Failure } from '../../errors.ts';
import { table } from '../../terminal/columns.ts';
import { programVersion } from '../../version.ts';
import provider from './image-backend/__init__.py';
import manifest from './image-backend/plugin.yaml';
import { putFile, removeFile, stamped, stateOf, type WantedFile } from './own-file.ts';
import { skillName, skillText } from './skill-text.ts';
import { chosenPlaces, type Place, placesOf, type SkillFlags } from './targets.ts';

/** Writes the skill for each agent that the flags name, and for Hermes the image backend. */
export async function installSkill(context: Context, flags: SkillFlags): Promise<number> {
  const places = await chosenPlaces(context, flags);
  const filesOf = (place: Place): WantedFile[] => [
    skillFile(context, place),
    ...(flags.imageBackend ? backendFiles(context, place) : []),
  ];
  const codes = await forEachFile(context, places, filesOf, (file) => putFile(file, flags.force === true));
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
  const filesOf = (place: Place): WantedFile[] => [
    ...(flags.imageBackend ? [] : [skillFile(context, place)]),
    ...backendFiles(context, place),
  ];
  const codes = await forEachFile(context, places, filesOf, async (file) =>
    (await removeFile(file, flags.force === true)) ? 'removed' : 'absent',
  );
  return exitCodeOf(codes);
}

/** Prints the skill as it would be installed. */
export async function printSkill(context: Context, flags: SkillFlags): Promise<number> {
  const isNamed = flags.target !== undefined || flags.all === true;
  for (const place of await chosenPlaces(context, isNamed ? flags : { ...flags, dir: '.' })) {
    const text = skillText(context.world, place);
    await context.reporter.data({ target: place.target ?? null, text }, text.trimEnd());
  }
  return 0;
}

/** Prints for each agent whether its skill, and for Hermes the image backend, is installed and unchanged. */
export async function listSkills(context: Context): Promise<number> {
  const found = [];
  for (const place of placesOf(context)) {
    const [program] = backendFiles(context, place);
    const files = { skill: skillFile(context, place), ...(program && { 'image backend': program }) };
    for (const [what, file] of Object.entries(files)) {
      const { state, version = null } = await stateOf(file);
      found.push({ target: place.target ?? null, what, state, version, path: file.path });
    }
  }
  const rows = found.map((each) => Object.values(each).map((value) => value ?? '-'));
  const lines = table(rows, context.world.stdout.columns());
  for (const [at, each] of found.entries()) await context.reporter.data(each, lines[at] ?? '');
  return 0;
}

/** Handles each file, reports it, and goes on where one fails. Returns the error codes. */
async function forEachFile(
  context: Context,
  places: readonly Place[],
  filesOf: (place: Place) => WantedFile[],
  handle: (file: WantedFile) => Promise<string>,
): Promise<Array<string | undefined>> {
  const codes: Array<string | undefined> = [];
  for (const place of places) {
    for (const file of filesOf(place)) {
      try {
        const state = await handle(file);
        const object = { target: place.target ?? null, path: file.path, state, version: programVersion };
        await context.reporter.data(object, state === 'absent' ? '' : file.path);
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

function skillFile({ world }: Context, place: Place): WantedFile {
  return { path: join(place.skills, skillName, 'SKILL.md'), text: skillText(world, place) };
}

/** The name by which Hermes knows it: the folder, the plugin and the provider. */
const backendName = 'runapi';

/** The image backend in a Hermes home, the program first. It starts this program wherever the PATH of a service leads. */
function backendFiles({ world }: Context, { target, home }: Place): WantedFile[] {
  if (target !== 'hermes' || home === undefined) return [];
  const folder = join(home, 'plugins', 'image_gen', backendName);
  const installed = `INSTALLED: List[str] = ${JSON.stringify(world.invocation)}`;
  const program = provider.replace('INSTALLED: List[str] = []', () => installed);
  return [
    { path: join(folder, '__init__.py'), text: stamped(program, 'hash') },
    { path: join(folder, 'plugin.yaml'), text: stamped(manifest.replace('VERSION', programVersion), 'hash') },
  ];
}
