import type { Command } from 'commander';

/** Puts examples before everything else in the help. One that starts with no command of ours is shown as it is. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  const lines = examples.map((example) =>
    example.includes('runapi-imagen') ? `  ${example}` : `  runapi-imagen ${example}`,
  );
  return command.addHelpText('before', `Examples:\n${lines.join('\n')}\n`);
}
