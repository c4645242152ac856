import { programVersion } from '../version.ts';
import { bareWord, type Declaration, type Flag } from './declaration.ts';
import { flagsOf, globalFlags, helpFlag, versionFlag } from './flags.ts';

export const programName = 'runapi-imagen';

/** A term of a list and its meaning. */
type Row = readonly [term: string, meaning: string];

const examples = `  runapi-imagen generate "mug with HELLO" --ratio 16:9
  runapi-imagen generate "a mug" --sandbox          (no key, no cost)`;

/** The answer to a call without arguments. */
export const welcome = `runapi-imagen ${programVersion}: Imagen 4 pictures through RunAPI

${examples}

More: runapi-imagen --help
`;

export const versionText = `${programVersion}\n`;

/** Stands at the end of every help. */
const questions = 'Problems and questions: https://github.com/runapi-imagen/runapi-imagen/issues';

/** Answers a call for only the version or the whole help. */
export function plainAnswer(words: readonly string[], commands: readonly Declaration[]): string | undefined {
  const [word = ''] = words;
  if (words.length !== 1) return undefined;
  if (['-V', '--version'].includes(word)) return versionText;
  return ['-h', '--help', 'help'].includes(word) ? wholeHelp(commands) : undefined;
}

/** The help of the program as a whole. */
export function wholeHelp(commands: readonly Declaration[]): string {
  const names = commands.map(({ name, summary }): Row => [name, summary]);
  return `Examples:
${examples}

Usage: runapi-imagen <command> [flags]

Imagen 4 pictures through RunAPI: one line in, a picture on disk.

Commands:
${listed([...names, ['help [command]', 'print the help of a command']])}

Flags:
${listed([versionFlag, helpFlag].map(flagRow))}

Flags of every command:
${listed(globalFlags.map(flagRow))}

${questions}
`;
}

/** The help of one command: examples, usage, description, words, flags or subcommands, and where to ask. */
export function helpOf(path: readonly string[], command: Declaration, columns: number): string {
  const { about, summary, words = [], below = [], examples: own = [] } = command;
  const width = columns || 80;
  const [first = '', ...rest] = about ?? `${summary}.`;
  const sections: ReadonlyArray<readonly [title: string, rows: readonly Row[]]> = [
    ['Arguments', words.map((word) => [bareWord(word), word[1]])],
    ['Flags', [...flagsOf(command), helpFlag].map(flagRow)],
    ['Subcommands', below.map((each) => [`${each.name} ${usageOf(each)}`, each.summary])],
  ];
  const longest = longestIn(sections.flatMap(([, rows]) => rows));
  const lines = own.map((line) => `  ${line.includes(programName) ? '' : `${programName} `}${line}`);
  const parts = [
    own.length > 0 && `Examples:\n${lines.join('\n')}`,
    `Usage: ${path.join(' ')} ${usageOf(command)}`,
    wrap(first.toUpperCase() + rest.join(''), width),
    ...sections.map(([title, rows]) => rows.length > 0 && `${title}:\n${listed(rows, longest, width)}`),
    `${questions}\n`,
  ];
  return parts.filter((part) => part !== false).join('\n\n');
}

function usageOf({ words = [], below, run }: Declaration): string {
  const usage = below ? [run ? '[subcommand]' : '<subcommand>'] : words.map(([word]) => word);
  return [...usage, '[flags]'].join(' ');
}

/** A flag as it is written, with its description and default. */
function flagRow([written, about, fallback]: Flag): Row {
  return [written, fallback === undefined ? about : `${about} (default: ${fallback})`];
}

function longestIn(rows: readonly Row[]): number {
  return Math.max(...rows.map(([term]) => term.length));
}

const narrowest = 20;

/** Lists terms and meanings in two columns; a meaning stands below its term where the terminal has no room beside. */
function listed(rows: readonly Row[], longest = longestIn(rows), columns = 80): string {
  const room = columns - longest - 4;
  const lines = rows.map(([term, meaning]) =>
    room < narrowest
      ? `  ${term}\n      ${wrap(meaning, columns - 6).replaceAll('\n', '\n      ')}`
      : `  ${term.padEnd(longest)}  ${wrap(meaning, room).replaceAll('\n', `\n${' '.repeat(longest + 4)}`)}`,
  );
  return lines.join('\n');
}

/** Breaks the lines of a text at spaces. */
function wrap(text: string, columns: number): string {
  if (columns < narrowest) return text;
  return text.replace(new RegExp(`(?=.{${columns + 1}})(.{0,${columns}}|\\S+) +`, 'g'), (_, line) => `${line}\n`);
}
