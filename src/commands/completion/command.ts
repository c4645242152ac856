import type { Declaration } from '../../command-line/declaration.ts';

export const completionCommand: Declaration = {
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
    const { printCompletion } = await import('./scripts.ts');
    return printCompletion(context, shell);
  },
};
