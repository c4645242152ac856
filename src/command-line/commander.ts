import { Command, CommanderError } from 'commander';
import type { Declaration } from './declaration.ts';
import { flagsOf, isRepeatable, joinAliases } from './flags.ts';

/** What was typed, as the command gets it. */
export interface Values {
  words: readonly unknown[];
  flags: object;
}

/** Reads the flags and words of one command. Undefined where a word is missing or too many: problems says which. */
export function readValues(
  path: readonly string[],
  declaration: Declaration,
  argv: readonly string[],
  problems: string[],
): Values | undefined {
  const command = toCommand(path, declaration)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined }); // the reporter prints usage errors
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    problems.push(error.message.replace(/^error: /, ''));
    return undefined;
  }
  return { words: command.processedArgs, flags: joinAliases(command.opts(), problems) };
}

function toCommand(path: readonly string[], declaration: Declaration): Command {
  const command = new Command(path.join(' ')).helpOption(false).helpCommand(false);
  for (const [word] of declaration.words ?? []) command.argument(word);
  for (const flag of flagsOf(declaration)) {
    if (isRepeatable(flag)) command.option(flag[0], '', collect);
    else command.option(flag[0]);
  }
  return command;
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
