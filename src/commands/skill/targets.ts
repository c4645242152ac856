import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { joinPath } from '../../disk/surroundings.ts';
import { invalid, tellAll } from '../../errors.ts';
import { hermesHome } from '../../hermes/home.ts';
import { didYouMean } from '../../near-miss.ts';

const targetNames = ['hermes', 'claude', 'codex', 'gemini', 'openclaw'] as const;
type TargetName = (typeof targetNames)[number];

/** The flags of `skill install` and `skill uninstall`, as they were typed. */
export interface SkillFlags {
  target?: string;
  all?: boolean;
  dir?: string;
  imageBackend?: boolean;
  force?: boolean;
  print?: boolean;
}

/** A folder of skills: that of an agent, one that several agents read, or one that was named. */
export interface Place {
  targets: readonly TargetName[];
  label: string;
  /** One folder for each skill. */
  skills: string;
  /** The agents' own folders: where one exists, its agent is set up. */
  homes: readonly string[];
}

/**
 * Finds the places that the flags name. Throws one `validation` failure that tells every problem.
 * @param everyone --all means every agent, not only those that are set up
 */
export async function chosenPlaces(context: Context, flags: SkillFlags, everyone = false): Promise<Place[]> {
  const problems: string[] = [];
  const names = targetsIn(flags, problems);
  if (flags.all && (flags.target !== undefined || flags.dir !== undefined))
    problems.push('--all excludes --target and --dir');
  if (flags.dir !== undefined && names.length > 1) problems.push('--dir accepts one --target at most');
  if (flags.dir?.trim() === '') problems.push('--dir is empty');
  if (flags.imageBackend && !flags.all && (flags.dir !== undefined || !names.includes('hermes')))
    problems.push('--image-backend goes with --target hermes');
  if (problems.length > 0) throw tellAll(problems, { sends: false });
  if (flags.dir !== undefined) {
    const skills = resolve(context.world.cwd, flags.dir);
    return [{ targets: names, label: skills, skills, homes: [] }];
  }
  if (flags.all) return everyone ? placesOf(context) : await setUpPlaces(context);
  if (names.length > 0)
    return placesOf(context).filter(({ targets }) => targets.some((target) => names.includes(target)));
  throw invalid('no agent is named', `Name one: --target ${targetNames.join(', ')}; or --all, or --dir FOLDER`);
}

function targetsIn({ target }: SkillFlags, problems: string[]): TargetName[] {
  return (target?.split(',') ?? []).flatMap((typed) => {
    const word = typed.trim().toLowerCase();
    const name = targetNames.find((each) => each === word);
    if (name) return [name];
    const known = `${targetNames.join(', ')}${didYouMean(word, targetNames)}`;
    problems.push(`--target ${JSON.stringify(typed)} is none of ${known}`);
    return [];
  });
}

async function setUpPlaces(context: Context): Promise<Place[]> {
  const found: Place[] = [];
  const missing: string[] = [];
  for (const place of placesOf(context)) {
    const there = await Promise.all(place.homes.map(exists));
    if (there.includes(true)) found.push(place);
    else missing.push(place.label);
  }
  if (found.length === 0)
    throw invalid(`no agent is set up here (${missing.join('; ')})`, 'Name one all the same with --target');
  if (missing.length > 0) context.reporter.note(`Not set up here: ${missing.join('; ')}`);
  return found;
}

/** The agents on this machine, whether they are set up or not. Sources: the documentation of each, September 2026. */
function placesOf({ world }: Context): Place[] {
  const { env, home } = world;
  const hermes = hermesHome(world);
  if (!home || hermes === undefined) throw invalid('there is no home folder to look for agents in', 'Set HOME');
  const at = (named: string | undefined, folder: string): string => named?.trim() || joinPath(world, home, folder);
  const claude = at(env.CLAUDE_CONFIG_DIR, '.claude');
  const others = [at(env.CODEX_HOME, '.codex'), at(undefined, '.gemini'), at(env.OPENCLAW_STATE_DIR, '.openclaw')];
  const place = (targets: TargetName[], label: string, folder: string, homes = [folder]): Place => ({
    targets,
    label,
    homes,
    skills: joinPath(world, folder, 'skills'),
  });
  return [
    place(['hermes'], 'Hermes Agent', hermes),
    place(['claude'], 'Claude Code', claude),
    // A skill in this folder hides one of the same name in their own folders.
    place(['codex', 'gemini', 'openclaw'], 'Codex, Gemini CLI, OpenClaw', at(undefined, '.agents'), others),
  ];
}
