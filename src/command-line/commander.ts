import { Command, CommanderError, type Help } from 'commander';
import { aboutFlag, type Declaration } from './declaration.ts';
import { flagsOf, helpFlag, isRepeatable, joinAliases } from './flags.ts';
import { programName, questions } from './help.ts';

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

/** The help of one command: examples, usage, description, words, flags, and where to ask. */
export function helpOf(path: readonly string[], declaration: Declaration, columns: number): string {
  const command = toCommand(path, declaration).configureHelp({
    helpWidth: columns || 80,
    minWidthToWrap: narrowest,
    formatItem,
    subcommandTerm: (below) => `${below.name()} ${below.usage()}`,
    styleTitle: (title) => title.replace('Options:', 'Flags:').replace('Commands:', 'Subcommands:'),
  });
  for (const below of declaration.below ?? []) command.addCommand(toCommand([below.name], below));
  const examples = (declaration.examples ?? []).map((example) =>
    example.includes(programName) ? `  ${example}\n` : `  ${programName} ${example}\n`,
  );
  const first = examples.length > 0 ? `Examples:\n${examples.join('')}\n` : '';
  return `${first}${command.helpInformation()}\n${questions}\n`;
}

function toCommand(path: readonly string[], declaration: Declaration): Command {
  const { about, summary, words = [], below, run } = declaration;
  const usage = below ? [run ? '[subcommand]' : '<subcommand>'] : words.map(([word]) => word);
  const command = new Command(path.join(' '))
    .summary(summary)
    .description(about ?? sentence(summary))
    .helpOption(...(helpFlag as [string, string]))
    .helpCommand(false)
    .usage([...usage, '[flags]'].join(' '));
  for (const [word, meaning] of words) command.argument(word, meaning);
  for (const flag of flagsOf(declaration)) {
    if (isRepeatable(flag)) command.option(flag[0], aboutFlag(flag), collect);
    else command.option(flag[0], aboutFlag(flag));
  }
  return command;
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

const narrowest = 20;

/** Puts the meaning below the term where the terminal has no room for it beside. */
function formatItem(this: Help, term: string, termWidth: number, meaning: string, helper: Help): string {
  const columns = helper.helpWidth ?? 80;
  const beside = columns - termWidth - 4;
  const room = beside < narrowest ? columns - 6 : beside;
  const lines = helper.boxWrap(meaning, room).split('\n');
  if (beside < narrowest) return [`  ${term}`, ...lines.map((line) => `      ${line}`)].join('\n');
  return `  ${term.padEnd(termWidth)}  ${lines.join(`\n${' '.repeat(termWidth + 4)}`)}`;
}
