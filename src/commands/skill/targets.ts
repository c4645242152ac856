import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { joinPath } from '../../disk/surroundings.ts';
import { invalid, tellAll } from '../../errors.ts';
import { hermesHome } from '../../hermes/home.ts';
import { didYouMean } from '../../near-miss.ts';
import type { Surroundings } from '../../world.ts';

const targetNames = ['hermes', 'claude', 'codex', 'gemini', 'openclaw'] as const;
export type TargetName = (typeof targetNames)[number];

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
  target?: TargetName;
  label: string;
  /** The folder of skills, one folder each. */
  skills: string;
  /** The agent's own folder: where that exists, the agent is set up. */
  home?: string;
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
    return [{ ...(names[0] && { target: names[0] }), label: skills, skills }];
  }
  if (flags.all) return everyone ? placesOf(context) : await setUpPlaces(context);
  if (names.length > 0) return placesOf(context, names);
  throw invalid(
    'no agent is named',
    `Name one: --target ${targetNames.join(', ')}; or --all, or --dir FOLDER`,
  );
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
  const places = placesOf(context);
  const there = await Promise.all(places.map(({ home }) => home !== undefined && exists(home)));
  const missing = places.filter((_, index) => !there[index]).map(({ label }) => label);
  if (missing.length === places.length)
    throw invalid(`no agent is set up here (${missing.join(', ')})`, 'Name one all the same with --target');
  if (missing.length > 0) context.reporter.note(`Not set up here: ${missing.join(', ')}`);
  return places.filter((_, index) => there[index]);
}

/** The agents on this machine, whether they are set up or not. */
export function placesOf({ world }: Context, names: readonly TargetName[] = targetNames): Place[] {
  const places = agentsOn(world).filter(({ target }) => names.includes(target));
  if (places.length < names.length)
    throw invalid('there is no home folder to look for agents in', 'Set HOME');
  return places;
}

/** Every agent whose folders can be named. Sources: the documentation of each, September 2026. */
function agentsOn(surroundings: Surroundings): Array<Place & { target: TargetName }> {
  const { env, home } = surroundings;
  const at = (named: string | undefined, folder: string): string | undefined =>
    named?.trim() || (home && joinPath(surroundings, home, folder));
  const homes: Array<[TargetName, string, string | undefined, (string | undefined)?]> = [
    ['hermes', 'Hermes Agent', hermesHome(surroundings)],
    ['claude', 'Claude Code', at(env.CLAUDE_CONFIG_DIR, '.claude')],
    // Codex keeps its settings in one folder and reads the skills of all agents in another.
    ['codex', 'Codex', at(env.CODEX_HOME, '.codex'), at(undefined, '.agents')],
    ['gemini', 'Gemini CLI', at(undefined, '.gemini')],
    ['openclaw', 'OpenClaw', at(env.OPENCLAW_STATE_DIR, '.openclaw')],
  ];
  return homes.flatMap(([target, label, folder, reads = folder]) =>
    folder && reads ? [{ target, label, home: folder, skills: joinPath(surroundings, reads, 'skills') }] : [],
  );
}
