import {
  aboutFlag,
  type Declaration,
  type Flag,
  namesOf,
  valueNameOf,
} from '../../command-line/declaration.ts';
import { flagsOf, helpFlag, versionFlag } from '../../command-line/flags.ts';
import type { DeclaredCommand, DeclaredFlag } from './command-tree.ts';

export function completionCommand(commands: () => readonly Declaration[]): Declaration {
  return {
    name: 'completion',
    summary: 'print a shell completion script',
    about: 'Print a script that makes the shell complete commands, flags, their values and task ids.',
    words: [['<bash|zsh|fish|powershell>', 'the shell']],
    examples: [
      "echo 'source <(runapi-imagen completion bash)' >> ~/.bashrc",
      "echo 'source <(runapi-imagen completion zsh)' >> ~/.zshrc  # after compinit",
      'runapi-imagen completion fish > ~/.config/fish/completions/runapi-imagen.fish',
      'runapi-imagen completion powershell | Out-String | Invoke-Expression  # in $PROFILE',
    ],
    async run(context, [shell]: [string]) {
      const { printCompletion } = await import('./run.ts');
      return printCompletion(context, shell, {
        name: 'runapi-imagen',
        about: '',
        flags: [versionFlag, helpFlag].map(flagOf),
        word: undefined,
        commands: commands().map(commandOf),
      });
    },
  };
}

function commandOf(declaration: Declaration): DeclaredCommand {
  const { name, summary, words, below = [] } = declaration;
  return {
    name,
    about: summary,
    flags: [...flagsOf(declaration), helpFlag].map(flagOf),
    word: words?.[0]?.[0].replace(/^[[<]|(\.\.\.)?[\]>]$/g, ''),
    commands: below.map(commandOf),
  };
}

function flagOf(flag: Flag): DeclaredFlag {
  return { names: namesOf(flag), about: aboutFlag(flag), value: valueNameOf(flag) };
}
