import type { Context } from '../../context.ts';
import { exitCodeOf, Failure } from '../../errors.ts';
import { programVersion } from '../../version.ts';
import { chosenPlaces, type Place, placesOn, type SkillFlags } from './chosen.ts';
import { backendIn, skillFile, skillFor, type WantedFile } from './files.ts';
import { backendName } from './image-backend.ts';
import { putFile, removeFile, stateOf } from './own-file.ts';
import { targetNames } from './targets.ts';

/** Writes the skill for each agent that the flags name, and for Hermes the image backend. */
export async function installSkill(context: Context, flags: SkillFlags): Promise<number> {
  const places = await chosenPlaces(context, flags);
  const filesOf = (place: Place): WantedFile[] => [
    skillFile(context, place),
    ...(flags.imageBackend ? backendOf(context, place) : []),
  ];
  const codes = await onFiles(context, places, filesOf, (file) => putFile(file, flags.force === true));
  if (codes.some((code) => code !== undefined)) return exitCodeOf(codes);
  if (flags.imageBackend) {
    context.reporter.next(`hermes plugins enable ${backendName}`, 'Turn the image backend on');
    context.reporter.next(`hermes config set image_gen.provider ${backendName}`, 'and choose it');
  }
  context.reporter.next(context.command('doctor'), 'See that the key is found');
  return 0;
}

/** Removes what was written, unless it was changed since. It is no failure where there is nothing. */
export async function uninstallSkill(context: Context, flags: SkillFlags): Promise<number> {
  // An agent that is no longer set up may have left its skill.
  const places = await chosenPlaces(context, flags, (all) => placesOn(all, targetNames));
  const filesOf = (place: Place): WantedFile[] => [
    ...(flags.imageBackend ? [] : [skillFile(context, place)]),
    ...backendOf(context, place),
  ];
  const codes = await onFiles(context, places, filesOf, async (file) =>
    (await removeFile(file, flags.force === true)) ? 'removed' : 'absent',
  );
  return exitCodeOf(codes);
}

/** Prints the skill as it would be installed. */
export async function printSkill(context: Context, flags: SkillFlags): Promise<number> {
  const places = await chosenPlaces(
    context,
    flags.target === undefined && !flags.all ? { ...flags, dir: '.' } : flags,
  );
  for (const place of places) {
    const text = skillFor(context, place);
    await context.reporter.data({ target: place.target ?? null, text }, text.trimEnd());
  }
  return 0;
}

/** Prints for each agent whether its skill, and for Hermes the image backend, is installed and as we wrote it. */
export async function listSkills(context: Context): Promise<number> {
  for (const place of placesOn(context, targetNames)) {
    for (const file of [skillFile(context, place), ...backendOf(context, place).filter(isProgram)]) {
      const what = isProgram(file) ? 'image backend' : 'skill';
      const { state, version = null } = await stateOf(file);
      await context.reporter.data(
        { target: place.target, what, state, version, path: file.path },
        [place.target, what, state, version ?? '-', file.path].join('\t'),
      );
    }
  }
  return 0;
}

/** Of the two files of the backend, the one that tells most. */
function isProgram({ path }: WantedFile): boolean {
  return path.endsWith('.py');
}

function backendOf(context: Context, { target, home }: Place): WantedFile[] {
  return target === 'hermes' && home !== undefined ? backendIn(context, home) : [];
}

/** Does something to each file, tells of it, and goes on where one fails. Answers the error codes. */
async function onFiles(
  context: Context,
  places: readonly Place[],
  filesOf: (place: Place) => WantedFile[],
  act: (file: WantedFile) => Promise<string>,
): Promise<Array<string | undefined>> {
  const codes: Array<string | undefined> = [];
  for (const place of places) {
    for (const file of filesOf(place)) {
      try {
        const state = await act(file);
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
