import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { Context, GlobalFlags } from '../../context.ts';
import type { SkillFlags } from './targets.ts';

type Story = (skill: typeof import('./run.ts'), context: Context) => Promise<number>;

export function skillCommand(desk: Desk): Command {
  const command = new Command('skill').description(
    'Puts a skill (agentskills.io) where an agent finds it: Hermes Agent, Claude Code, Codex, Gemini CLI, OpenClaw.',
  );

  function part(name: string, about: string): Command {
    return withGlobalFlags(command.command(name).description(about));
  }

  function act(flags: GlobalFlags, story: Story): Promise<void> {
    return inContext(desk, flags, async (context) => story(await import('./run.ts'), context));
  }

  const install = withChoice(part('install', 'write the skill, or bring it up to date'))
    .option('--image-backend', 'for Hermes: also the backend of its image tool (it is not turned on)')
    .option('--force', 'overwrite a file that was changed or is not ours')
    .option('--print', 'print the skill and write nothing')
    .action((flags: SkillFlags & GlobalFlags) =>
      act(flags, (skill, context) =>
        flags.print ? skill.printSkill(context, flags) : skill.installSkill(context, flags),
      ),
    );
  const uninstall = withChoice(part('uninstall', 'remove what was written, where nobody changed it'))
    .option('--image-backend', 'for Hermes: only the backend of its image tool')
    .option('--force', 'remove a changed file too')
    .action((flags: SkillFlags & GlobalFlags) =>
      act(flags, (skill, context) => skill.uninstallSkill(context, flags)),
    );
  const list = part('list', 'print each agent, and what of ours it has').action((flags: GlobalFlags) =>
    act(flags, (skill, context) => skill.listSkills(context)),
  );

  withExamples(install, [
    'skill install --target claude',
    'skill install --target hermes --image-backend',
    'skill install --all',
    'skill install --dir .agents/skills',
  ]);
  withExamples(uninstall, ['skill uninstall --target claude', 'skill uninstall --all']);
  withExamples(list, ['skill list', 'skill list --json']);
  return withExamples(command, ['skill install --target claude', 'skill install --all', 'skill list']);
}

function withChoice(command: Command): Command {
  return command
    .option('--target <agent>', 'hermes, claude, codex, gemini or openclaw; a comma list for several')
    .option('--all', 'every agent that is set up on this machine')
    .option('-d, --dir <folder>', 'a folder of skills instead, say that of a project');
}
