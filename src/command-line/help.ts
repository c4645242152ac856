import { programVersion } from '../version.ts';
import { bareWord, type Declaration, type Flag } from './declaration.ts';
import { flagsOf, globalFlags, helpFlag, versionFlag } from './flags.ts';

const programName = 'runapi-imagen';

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
  return page(examples, '<command> [flags]', 'Imagen 4 pictures through RunAPI: one line in, a picture on disk.', [
    `Commands:\n${listed([...names, ['help [command]', 'print the help of a command']])}`,
    `Flags:\n${listed([versionFlag, helpFlag].map(flagRow))}`,
    `Flags of every command:\n${listed(globalFlags.map(flagRow))}`,
  ]);
}

/** The help of one command, which the names in `path` call. */
export function helpOf(path: readonly string[], command: Declaration, columns: number): string {
  const { about, summary, words = [], below = [], examples: own = [] } = command;
  const width = columns || 80;
  const [first = '', ...rest] = about ?? `${summary}.`;
  const lists: ReadonlyArray<readonly [title: string, rows: readonly Row[]]> = [
    ['Arguments', words.map((word) => [bareWord(word), word[1]])],
    ['Flags', [...flagsOf(command), helpFlag].map(flagRow)],
    ['Subcommands', below.map((each) => [`${each.name} ${usageOf(each)}`, each.summary])],
  ];
  const longest = longestIn(lists.flatMap(([, rows]) => rows));
  const lines = own.map((line) => `  ${line.includes(programName) ? '' : `${programName} `}${line}`);
  const filled = lists.filter(([, rows]) => rows.length > 0);
  return page(
    lines.join('\n'),
    [...path, usageOf(command)].join(' '),
    wrap(first.toUpperCase() + rest.join(''), width),
    filled.map(([title, rows]) => `${title}:\n${listed(rows, longest, width)}`),
  );
}

function page(lines: string, usage: string, about: string, lists: readonly string[]): string {
  const parts = [`Usage: ${programName} ${usage}`, about, ...lists, `${questions}\n`];
  return [...(lines === '' ? [] : [`Examples:\n${lines}`]), ...parts].join('\n\n');
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
