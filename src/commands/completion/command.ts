import { Command, type Option } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { DeclaredCommand } from './command-tree.ts';

export function completionCommand(desk: Desk): Command {
  const command = new Command('completion')
    .description('Prints a script that makes the shell complete commands, flags, their values and task ids.')
    .argument('<bash|zsh|fish|powershell>', 'the shell')
    .action(async (shell: string, flags: GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { printCompletion } = await import('./run.ts');
        return printCompletion(context, shell, declared(await desk.program()));
      });
    });
  return withExamples(withGlobalFlags(command), [
    "echo 'source <(runapi-imagen completion bash)' >> ~/.bashrc",
    "echo 'source <(runapi-imagen completion zsh)' >> ~/.zshrc  # after compinit",
    'runapi-imagen completion fish > ~/.config/fish/completions/runapi-imagen.fish',
    'runapi-imagen completion powershell | Out-String | Invoke-Expression  # in $PROFILE',
  ]);
}

function declared(command: Command): DeclaredCommand {
  return {
    name: command.name(),
    about: (command.summary() || command.description()).replace(/\s+/g, ' '),
    flags: [...(command.options as Option[]).filter(({ hidden }) => !hidden), ...ownHelp(command)].map(
      (option) => ({
        names: [option.short, option.long].filter((name) => name !== undefined),
        about: option.description,
        value: option.required ? /<(.+)>/.exec(option.flags)?.[1] : undefined,
      }),
    ),
    word: command.registeredArguments[0]?.name(),
    commands: command.commands.map(declared),
  };
}

/** commander keeps the help flag apart. */
function ownHelp(command: Command): Option[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long === '--help');
}
