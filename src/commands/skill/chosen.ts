import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { invalid, tellAll } from '../../errors.ts';
import { hermesHome } from '../../hermes/home.ts';
import { didYouMean } from '../../near-miss.ts';
import { type Target, type TargetName, targetNames, targetsOn } from './targets.ts';

/** The flags of `skill install` and `skill uninstall`, as they were typed. */
export interface SkillFlags {
  target?: string;
  all?: boolean;
  dir?: string;
  imageBackend?: boolean;
  force?: boolean;
  print?: boolean;
}

/** Where a skill goes: the folder of an agent's skills, or one that was named. */
export interface Place {
  target: TargetName | undefined;
  label: string;
  skills: string;
  /** The agent's own folder. */
  home: string | undefined;
}

/**
 * The places that the flags name. Throws one `validation` failure that tells every problem.
 * @param all what --all means
 */
export async function chosenPlaces(
  context: Context,
  flags: SkillFlags,
  all: (context: Context) => Place[] | Promise<Place[]> = allSetUp,
): Promise<Place[]> {
  const problems: string[] = [];
  const names = targetsIn(flags, problems);
  if (flags.all && (flags.target !== undefined || flags.dir !== undefined))
    problems.push('--all excludes --target and --dir');
  if (flags.dir !== undefined && names.length > 1) problems.push('--dir takes one --target at most');
  if (flags.dir?.trim() === '') problems.push('--dir is empty');
  if (flags.imageBackend && !flags.all && (flags.dir !== undefined || !names.includes('hermes')))
    problems.push('--image-backend goes with --target hermes');
  if (problems.length > 0) throw tellAll(problems, { sends: false });
  if (flags.dir !== undefined) return [namedFolder(context, flags.dir, names[0])];
  if (flags.all) return await all(context);
  if (names.length === 0) {
    throw invalid(
      'no agent is named',
      `Name one: --target ${targetNames.join(', ')}; or --all, or --dir FOLDER`,
    );
  }
  return placesOn(context, names);
}

/** The agents on this machine, whether they are set up or not. */
export function placesOn({ world }: Context, names: readonly TargetName[]): Place[] {
  const targets = targetsOn(world, hermesHome(world)).filter(({ name }) => names.includes(name));
  if (targets.length < names.length)
    throw invalid('there is no home folder to look for agents in', 'Set HOME');
  return targets.map(placeOf);
}

function placeOf({ name, ...rest }: Target): Place {
  return { target: name, ...rest };
}

function namedFolder({ world }: Context, dir: string, target: TargetName | undefined): Place {
  const skills = resolve(world.cwd, dir);
  return { target, label: skills, skills, home: undefined };
}

async function allSetUp(context: Context): Promise<Place[]> {
  const places = placesOn(context, targetNames);
  const there = await Promise.all(places.map(({ home }) => home !== undefined && exists(home)));
  const found = places.filter((_, index) => there[index]);
  const missing = places.filter((_, index) => !there[index]).map(({ label }) => label);
  if (found.length === 0) {
    throw invalid(`no agent is set up here (${missing.join(', ')})`, 'Name one all the same with --target');
  }
  if (missing.length > 0) context.reporter.note(`Not set up here: ${missing.join(', ')}`);
  return found;
}

function targetsIn({ target }: SkillFlags, problems: string[]): TargetName[] {
  if (target === undefined) return [];
  return target.split(',').flatMap((typed) => {
    const word = typed.trim().toLowerCase();
    const name = targetNames.find((each) => each === word);
    if (name) return [name];
    problems.push(
      `--target ${JSON.stringify(typed)} is none of ${targetNames.join(', ')}${didYouMean(word, targetNames)}`,
    );
    return [];
  });
}
