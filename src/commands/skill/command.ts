import type { Declaration, Flag } from '../../command-line/declaration.ts';
import type { SkillFlags } from './targets.ts';

/** The flags that choose where a skill goes, or is. */
const choice: readonly Flag[] = [
  ['--target <agent>', 'hermes, claude, codex, gemini or openclaw; separate several with commas'],
  ['--all', 'every agent that is set up on this machine'],
  ['-d, --dir <folder>', 'a folder of skills instead, such as that of a project'],
];

const install: Declaration = {
  name: 'install',
  summary: 'write the skill, or update it',
  flags: [
    ...choice,
    ['--image-backend', 'for Hermes: also install a backend for its image tool; it is not turned on'],
    ['--force', 'overwrite changed files, and files of other programs'],
    ['--print', 'print the skill and write nothing'],
  ],
  examples: [
    'skill install --target claude',
    'skill install --target hermes --image-backend',
    'skill install --all',
    'skill install --dir .agents/skills',
  ],
  async run(context, _words, flags: SkillFlags) {
    const { installSkill, printSkill } = await import('./run.ts');
    return flags.print ? printSkill(context) : installSkill(context, flags);
  },
};

const uninstall: Declaration = {
  name: 'uninstall',
  summary: 'remove the installed files, unless they were changed',
  flags: [
    ...choice,
    ['--image-backend', 'for Hermes: remove only the backend of its image tool'],
    ['--force', 'also remove changed files'],
  ],
  examples: ['skill uninstall --target claude', 'skill uninstall --all'],
  async run(context, _words, flags: SkillFlags) {
    const { uninstallSkill } = await import('./run.ts');
    return uninstallSkill(context, flags);
  },
};

export const skillCommand: Declaration = {
  name: 'skill',
  summary: 'install a skill for Hermes, Claude, Codex, Gemini or OpenClaw',
  about:
    'Install a skill (agentskills.io) where an agent finds it: Hermes Agent, Claude Code, Codex, Gemini CLI, OpenClaw.',
  examples: ['skill install --target claude', 'skill install --all'],
  below: [install, uninstall],
};
