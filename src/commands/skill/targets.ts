import { joinPath, type Surroundings } from '../../disk/surroundings.ts';

export const targetNames = ['hermes', 'claude', 'codex', 'gemini', 'openclaw'] as const;
export type TargetName = (typeof targetNames)[number];

/** An agent that reads skills, and where on this machine. */
export interface Target {
  name: TargetName;
  label: string;
  /** Its own folder: where that exists, the agent has been set up. */
  home: string;
  /** The folder of its skills, one folder each. */
  skills: string;
}

/**
 * The agents whose folders can be named. Sources: the documentation of each, September 2026.
 * @param hermesHome the home of the active Hermes profile
 */
export function targetsOn(surroundings: Surroundings, hermesHome: string | undefined): Target[] {
  const { env, home } = surroundings;
  const at = (named: string | undefined, folder: string): string | undefined =>
    named?.trim() || (home && joinPath(surroundings, home, folder));
  const homes: Array<[TargetName, string, string | undefined, (string | undefined)?]> = [
    ['hermes', 'Hermes Agent', hermesHome],
    ['claude', 'Claude Code', at(env.CLAUDE_CONFIG_DIR, '.claude')],
    // Codex keeps its settings in one place and reads the skills of all agents in another.
    ['codex', 'Codex', at(env.CODEX_HOME, '.codex'), at(undefined, '.agents')],
    ['gemini', 'Gemini CLI', at(undefined, '.gemini')],
    ['openclaw', 'OpenClaw', at(env.OPENCLAW_STATE_DIR, '.openclaw')],
  ];
  return homes.flatMap(([name, label, folder, reads = folder]) =>
    folder && reads ? [{ name, label, home: folder, skills: joinPath(surroundings, reads, 'skills') }] : [],
  );
}
