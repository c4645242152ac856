import { Command, CommanderError } from 'commander';
import { type Declaration, keyOf } from './declaration.ts';
import { aliases, flagsOf, isRepeatable } from './flags.ts';

/** What was typed, as the command gets it. */
export interface Values {
  words: readonly unknown[];
  flags: object;
}

/** Reads the flags and words of one command. Undefined where a word is missing or too many: `problems` says which. */
export function readValues(declaration: Declaration, argv: readonly string[], problems: string[]): Values | undefined {
  const command = new Command()
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined }); // the reporter prints usage errors
  for (const [word] of declaration.words ?? []) command.argument(word);
  for (const [written] of flagsOf(declaration)) {
    if (isRepeatable(written)) command.option(written, '', (value, before: string[] = []) => [...before, value]);
    else command.option(written);
  }
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    problems.push(error.message.replace(/^error: /, ''));
    return undefined;
  }
  return { words: command.processedArgs, flags: joinAliases(command.opts(), problems) };
}

/** Leaves one name of each flag. Two different values are a problem. */
function joinAliases(flags: Record<string, unknown>, problems: string[]): object {
  for (const [name, alias] of aliases) {
    const { [keyOf(alias)]: value, [keyOf(name)]: other = value } = flags;
    if (value === undefined) continue;
    if (other !== value)
      problems.push(
        `${name} ${JSON.stringify(other)} and ${alias} ${JSON.stringify(value)} are the same flag; use one of them`,
      );
    flags[keyOf(name)] = value;
  }
  return flags;
}
