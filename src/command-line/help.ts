import { programVersion } from '../version.ts';
import { aboutFlag, type Declaration } from './declaration.ts';
import { flagsOf, globalFlags, helpFlag, versionFlag } from './flags.ts';

export const programName = 'runapi-imagen';

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
  const flags = [versionFlag, helpFlag].map(([written, about]) => [written, about] as const);
  return `Examples:
${examples}

Usage: runapi-imagen <command> [flags]

Imagen 4 pictures through RunAPI: one line in, a picture on disk.

Commands:
${listed([...commands.map(({ name, summary }) => [name, summary] as const), ['help [command]', 'print the help of a command']])}

Flags:
${listed(flags)}

Flags of every command:
${listed(globalFlags.map((flag) => [flag[0], aboutFlag(flag)] as const))}

${questions}
`;
}

/** The help of one command: examples, usage, description, words, flags or subcommands, and where to ask. */
export function helpOf(path: readonly string[], command: Declaration, columns: number): string {
  const { about, summary, words = [], below = [], examples: own = [] } = command;
  const width = columns || 80;
  const [first = '', ...rest] = about ?? `${summary}.`;
  const flags = [...flagsOf(command), helpFlag].map((flag) => [flag[0], aboutFlag(flag)] as const);
  const sections: ReadonlyArray<readonly [title: string, rows: ReadonlyArray<readonly [string, string]>]> = [
    ['Arguments', words.map(([word, meaning]) => [word.replace(/[[\]<>.]/g, ''), meaning])],
    ['Flags', flags],
    ['Subcommands', below.map((each) => [`${each.name} ${usageOf(each)}`, each.summary])],
  ];
  const longest = Math.max(...sections.flatMap(([, rows]) => rows.map(([term]) => term.length)));
  const parts = [
    own.length > 0 &&
      `Examples:\n${own.map((line) => `  ${line.includes(programName) ? '' : `${programName} `}${line}`).join('\n')}`,
    `Usage: ${path.join(' ')} ${usageOf(command)}`,
    wrap(first.toUpperCase() + rest.join(''), width),
    ...sections.map(
      ([title, rows]) => rows.length > 0 && `${title}:\n${rows.map((row) => item(row, longest, width)).join('\n')}`,
    ),
    `${questions}\n`,
  ];
  return parts.filter((part) => part !== false).join('\n\n');
}

function usageOf({ words = [], below, run }: Declaration): string {
  const usage = below ? [run ? '[subcommand]' : '<subcommand>'] : words.map(([word]) => word);
  return [...usage, '[flags]'].join(' ');
}

const narrowest = 20;

/** Puts the meaning below the term where the terminal has no room for it beside. */
function item([term, meaning]: readonly [string, string], longest: number, columns: number): string {
  const room = columns - longest - 4;
  if (room < narrowest) return `  ${term}\n      ${wrap(meaning, columns - 6).replaceAll('\n', '\n      ')}`;
  return `  ${term.padEnd(longest)}  ${wrap(meaning, room).replaceAll('\n', `\n${' '.repeat(longest + 4)}`)}`;
}

/** Breaks the lines of a text at spaces. */
function wrap(text: string, columns: number): string {
  if (columns < narrowest) return text;
  return text.replace(new RegExp(`(?=.{${columns + 1}})(.{0,${columns}}|\\S+) +`, 'g'), (_, line) => `${line}\n`);
}

function listed(rows: ReadonlyArray<readonly [term: string, meaning: string]>): string {
  const width = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, meaning]) => `  ${term.padEnd(width)}  ${meaning}`).join('\n');
}
