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

/** Flags by each of their names. */
type Flags = ReadonlyMap<string, Flag>;

/**
 * Flags may stand anywhere: `--json config list` is `config list --json`. A flag that the command does not have is a
 * problem and never becomes a part of the prompt. Throws `validation` for an unknown or missing command.
 */
export function readCommandLine(typed: readonly string[], commands: readonly Declaration[]): CommandLine {
  const end = typed.includes('--') ? typed.indexOf('--') : typed.length;
  const known = byName([helpFlag, versionFlag, ...commands.flatMap(allFlags)]);
  const takesValue = (name: string): boolean | undefined => {
    const flag = known.get(name);
    return flag && valueNameOf(flag) !== undefined;
  };
  const parts = splitWords(typed.slice(0, end), takesValue, (flag) => flagsMeantBy(flag, known)[0] ?? flag);
  const { command, path, asksHelp, rest } = findCommand(parts, commands, known);
  const has = (flag: Flag): boolean => rest.some((part) => known.get(part.flag ?? '') === flag);
  if (asksHelp || has(helpFlag)) return { path, command, asksFor: 'help', argv: [], problems: [] };
  if (has(versionFlag)) return { path, command, asksFor: 'version', argv: [], problems: [] };
  if (!command?.run) throw missingCommand(command, path, unknownFlags(parts, known));

  const own = byName(flagsOf(command));
  const problems: string[] = [];
  const words: string[] = [];
  const right: string[] = [];
  for (const part of rest) {
    if (part.flag === undefined || isSentence(part.flag)) words.push(part.flag ?? part.value ?? '');
    const problem = part.flag === undefined ? undefined : problemOf(part, own, path, known);
    if (problem !== undefined) problems.push(problem);
    else if (part.flag !== undefined) right.push(part.flag, ...(part.value === undefined ? [] : [part.value]));
  }
  return { path, command, argv: [...right, '--', ...words, ...typed.slice(end + 1)], problems };
}

/** Finds the command that the first words name, and returns the rest. `help` asks for the help of the words that follow. */
function findCommand(parts: readonly Part[], commands: readonly Declaration[], known: Flags) {
  let command: Declaration | undefined;
  let choices: readonly Declaration[] = commands;
  let asksHelp = false;
  const path: string[] = [];
  const rest: Part[] = [];
  for (const part of parts) {
    const { flag, value: word = '' } = part;
    if (flag !== undefined || choices.length === 0) rest.push(part);
    else if (word === 'help') asksHelp = true;
    else {
      command = choices.find(({ name }) => name === word);
      if (!command) {
        const names = choices.map(({ name }) => name);
        const problem = `unknown command ${JSON.stringify([...path, word].join(' '))}${didYouMean(word, names)}`;
        const hint = `The subcommands of ${path.join(' ')} are ${names.join(', ')}`;
        throw invalid([...unknownFlags(parts, known), problem].join('; '), path.length > 0 ? hint : firstCommand);
      }
      choices = command.below ?? [];
      path.push(word);
    }
  }
  return { command, path, asksHelp, rest };
}

function problemOf({ flag = '', flaw }: Part, own: Flags, path: readonly string[], known: Flags): string | undefined {
  const found = own.get(flag);
  if (found && flaw === 'needs a value') return `${flag} needs a value: ${found[0]}`;
  if (found) return flaw && `${flag} ${flaw}`;
  if (isSentence(flag)) return `unknown flag ${JSON.stringify(flag)}; put -- before a prompt that begins with -`;
  if (/^--(api-?)?key$/.test(flag)) return `there is no ${flag}: set RUNAPI_API_KEY, or run config set api-key`;
  if (known.has(flag))
    return `${path.join(' ')} does not accept ${flag}${flag in otherNames ? didYouMeanFlag(flag, own) : ''}`;
  return `unknown flag ${flag}${didYouMeanFlag(flag, new Map([...own, ...byName([helpFlag, versionFlag])]))}`;
}

/** Reports flags that no command has: the word behind one may be its value rather than a command. */
function unknownFlags(parts: readonly Part[], known: Flags): string[] {
  return parts.flatMap(({ flag }) =>
    flag === undefined || known.has(flag) ? [] : [`unknown flag ${flag}${didYouMeanFlag(flag, known)}`],
  );
}

const firstCommand = 'To make a picture: runapi-imagen generate "a mug". --help lists the commands';

function missingCommand(command: Declaration | undefined, path: readonly string[], others: readonly string[]): Error {
  const whole = path.join(' ');
  const names = (command?.below ?? []).map(({ name }) => name).join(', ');
  if (command) return invalid(`${whole} needs a subcommand: ${names}`, `See runapi-imagen ${whole} --help`);
  if (others.length > 0) return invalid(others.join('; '), '--help lists the commands and flags');
  return invalid('no command given', firstCommand);
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

function didYouMeanFlag(flag: string, flags: Flags): string {
  const meant = flagsMeantBy(flag, flags);
  return meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : '';
}

function flagsMeantBy(flag: string, flags: Flags): string[] {
  const others = otherNames[flag]?.filter((name) => flags.has(name));
  const names = [...flags.keys()].filter((name) => name.startsWith('--'));
  const near = nearMiss(flag.replace(/^-(?=\w\w)/, '--'), names); // `-ratoi` is near `--ratio`
  return others ?? (near === undefined ? [] : [near]);
}

/** Tells whether a word was meant as a prompt: no flag has a space in it. */
function isSentence(flag: string): boolean {
  return /\s/.test(flag);
}

function allFlags(command: Declaration): Flag[] {
  return [...flagsOf(command), ...(command.below ?? []).flatMap(allFlags)];
}

function byName(flags: readonly Flag[]): Flags {
  return new Map(flags.flatMap((flag) => namesOf(flag).map((name) => [name, flag] as const)));
}
