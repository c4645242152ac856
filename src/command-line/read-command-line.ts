import { invalid } from '../errors.ts';
import { didYouMean, nearMiss } from '../near-miss.ts';
import { type Declaration, type Flag, namesOf, valueNameOf } from './declaration.ts';
import { flagsOf, helpFlag, versionFlag } from './flags.ts';
import { type Part, splitWords } from './read-words.ts';

/** The command line, in the order in which commander reads it. */
export interface CommandLine {
  /** The names of the command and subcommand. */
  path: string[];
  /** Undefined for the program as a whole. */
  command: Declaration | undefined;
  asksFor?: 'help' | 'version';
  /** Flags, `--` and words. Flags with a problem are left out. */
  argv: string[];
  /** Every problem with the flags, each naming its flag. */
  problems: string[];
}

/**
 * Flags may stand anywhere: `--json config list` is `config list --json`. A flag that the command does not have is a
 * problem and never becomes a part of the prompt. Throws `validation` for an unknown or missing command.
 */
export function readCommandLine(typed: readonly string[], commands: readonly Declaration[]): CommandLine {
  const end = typed.includes('--') ? typed.indexOf('--') : typed.length;
  const known = [helpFlag, versionFlag, ...commands.flatMap(allFlags)];
  const parts = splitWords(typed.slice(0, end), {
    takesValue: (flag) => takesValue(find(known, flag)),
    meant: (flag) => flagsMeantBy(flag, known)[0],
  });
  const { command, path, asksHelp, rest } = findCommand(parts, commands, known);
  const flags = rest.filter(({ flag }) => flag !== undefined);
  const has = (flag: Flag): boolean => flags.some((part) => namesOf(flag).includes(part.flag ?? ''));
  if (asksHelp || has(helpFlag)) return { path, command, asksFor: 'help', argv: [], problems: [] };
  if (has(versionFlag)) return { path, command, asksFor: 'version', argv: [], problems: [] };
  if (!command?.run) throw missingCommand(command, path, unknownFlags(parts, known));

  const words = rest.filter(({ flag }) => flag === undefined || isSentence(flag));
  const problems = flags.map((part) => problemOf(part, flagsOf(command), path, known));
  const right = flags.filter((_, index) => problems[index] === undefined);
  return {
    path,
    command,
    argv: [...textOf(right), '--', ...textOf(words), ...typed.slice(end + 1)],
    problems: problems.filter((problem) => problem !== undefined),
  };
}

/** Finds the command that the first words name, and returns the rest. `help` asks for the help of the words that follow. */
function findCommand(parts: readonly Part[], commands: readonly Declaration[], known: readonly Flag[]) {
  let command: Declaration | undefined;
  let choices: readonly Declaration[] = commands;
  let asksHelp = false;
  const path: string[] = [];
  const rest: Part[] = [];
  for (const part of parts) {
    const [word = ''] = part.typed;
    if (part.flag !== undefined || choices.length === 0) rest.push(part);
    else if (word === 'help') asksHelp = true;
    else {
      command = choices.find(({ name }) => name === word);
      if (!command) throw unknownCommand(word, path, choices, unknownFlags(parts, known));
      choices = command.below ?? [];
      path.push(word);
    }
  }
  return { command, path, asksHelp, rest };
}

function problemOf(
  { flag = '', flaw }: Part,
  own: readonly Flag[],
  path: readonly string[],
  known: readonly Flag[],
): string | undefined {
  const found = find(own, flag);
  if (found && flaw === 'needs a value') return `${flag} needs a value: ${found[0]}`;
  if (found) return flaw && `${flag} ${flaw}`;
  if (isSentence(flag)) return `unknown flag ${JSON.stringify(flag)}; put -- before a prompt that begins with -`;
  if (/^--(api-?)?key$/.test(flag)) return `there is no ${flag}: set RUNAPI_API_KEY, or run config set api-key`;
  if (find(known, flag))
    return `${path.join(' ')} does not accept ${flag}${flag in otherNames ? didYouMeanFlag(flag, own) : ''}`;
  return `unknown flag ${flag}${didYouMeanFlag(flag, [...own, helpFlag, versionFlag])}`;
}

/** Reports flags that no command has: the word behind one may be its value rather than a command. */
function unknownFlags(parts: readonly Part[], known: readonly Flag[]): string[] {
  return parts.flatMap(({ flag }) =>
    flag === undefined || find(known, flag) ? [] : [`unknown flag ${flag}${didYouMeanFlag(flag, known)}`],
  );
}

function unknownCommand(
  word: string,
  path: readonly string[],
  choices: readonly Declaration[],
  others: readonly string[],
): Error {
  const names = choices.map(({ name }) => name);
  const problem = `unknown command ${JSON.stringify([...path, word].join(' '))}${didYouMean(word, names)}`;
  return invalid(
    [...others, problem].join('; '),
    path.length > 0 ? `The subcommands of ${path.join(' ')} are ${names.join(', ')}` : firstCommand,
  );
}

const firstCommand = 'To make a picture: runapi-imagen generate "a mug". --help lists the commands';

function missingCommand(command: Declaration | undefined, path: readonly string[], others: readonly string[]): Error {
  if (command) {
    const names = (command.below ?? []).map(({ name }) => name);
    return invalid(
      `${path.join(' ')} needs a subcommand: ${names.join(', ')}`,
      `See runapi-imagen ${path.join(' ')} --help`,
    );
  }
  return others.length > 0
    ? invalid(others.join('; '), '--help lists the commands and flags')
    : invalid('no command given', firstCommand);
}

/** Flags of other programs, and their names here. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  '-v': ['--version', '--verbose'],
  '--n': ['--count'],
  '--num': ['--count'],
  '--number': ['--count'],
  '--neg': ['--negative'],
  '--size': ['--ratio', '--resolution'],
  '--force': ['--overwrite'],
  '--folder': ['--dir'],
  '--outdir': ['--dir'],
  '--out-dir': ['--dir'],
  '--output-dir': ['--dir'],
};

function didYouMeanFlag(flag: string, flags: readonly Flag[]): string {
  const meant = flagsMeantBy(flag, flags);
  return meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : '';
}

function flagsMeantBy(flag: string, flags: readonly Flag[]): string[] {
  const names = longNames(flags);
  const others = otherNames[flag]?.filter((name) => names.includes(name));
  const near = nearMiss(twoDashes(flag), names);
  return others ?? (near === undefined ? [] : [near]);
}

function longNames(flags: readonly Flag[]): string[] {
  return flags.flatMap(namesOf).filter((name) => name.startsWith('--'));
}

/** `-ratio` as `--ratio`; `-r` stays. */
function twoDashes(flag: string): string {
  return flag.replace(/^-(?=\w\w)/, '--');
}

/** Tells whether a word was meant as a prompt: no flag has a space in it. */
function isSentence(flag: string): boolean {
  return /\s/.test(flag);
}

function allFlags(command: Declaration): Flag[] {
  return [...flagsOf(command), ...(command.below ?? []).flatMap(allFlags)];
}

function find(flags: readonly Flag[], name: string): Flag | undefined {
  return flags.find((flag) => namesOf(flag).includes(name));
}

function takesValue(flag: Flag | undefined): boolean | undefined {
  return flag && valueNameOf(flag) !== undefined;
}

function textOf(parts: readonly Part[]): string[] {
  return parts.flatMap(({ typed }) => typed);
}
