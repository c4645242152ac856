import type { Command, Option } from 'commander';
import { invalid } from '../errors.ts';
import { didYouMean, nearMiss } from '../near-miss.ts';
import { type Part, splitFlags } from './read-words.ts';

/** What was typed, in the order in which commander reads it. */
export interface CommandLine {
  /** The command, its flags, `--` and its words. Flags that are wrong are left out. */
  argv: string[];
  /** What is wrong with the flags, each naming its flag. */
  problems: string[];
}

/** commander keeps these apart from a command's own. */
const helpFlags = ['-h', '--help'];

/**
 * Flags may stand anywhere: `--json config list` is `config list --json`. What is no flag of the command is a problem
 * and never a part of the prompt. Throws `validation` where there is no such command: nothing is guessed.
 */
export function readCommandLine(typed: readonly string[], program: Command): CommandLine {
  const end = typed.includes('--') ? typed.indexOf('--') : typed.length;
  const parts = splitFlags(typed.slice(0, end), takesValueIn(optionsBelow(program)));
  const has = (...names: string[]): boolean => parts.some(({ flag }) => names.includes(flag ?? ''));
  const { command, path, asksHelp, rest } = findCommand(program, parts);
  if (asksHelp || has(...helpFlags)) return { argv: [...path, '--help'], problems: [] };
  if (has('-V', '--version')) return { argv: ['--version'], problems: [] };
  // One that has flags of its own, like history, does something without a part, too.
  if (command.commands.length > 0 && (command === program || command.options.length === 0))
    throw missingCommand(command, path);

  const flags = rest.filter(({ flag }) => flag !== undefined);
  const words = rest.filter(({ flag }) => flag === undefined || isSentence(flag));
  const problems = flags.map((part) => problemOf(part, command, path));
  const right = flags.filter((_, index) => problems[index] === undefined);
  return {
    argv: [...path, ...textOf(right), '--', ...textOf(words), ...typed.slice(end + 1)],
    problems: problems.filter((problem) => problem !== undefined),
  };
}

/** The command that the first words name, and what is left without them. `help` asks for the help of what follows. */
function findCommand(program: Command, parts: readonly Part[]) {
  let command = program;
  let asksHelp = false;
  const path: string[] = [];
  const rest: Part[] = [];
  for (const part of parts) {
    const [word = ''] = part.typed;
    if (part.flag !== undefined || command.commands.length === 0) rest.push(part);
    else if (word === 'help') asksHelp = true;
    else {
      const next = command.commands.find((each) => each.name() === word);
      if (!next) throw unknownCommand(word, command, path, strangers(parts, program));
      path.push(word);
      command = next;
    }
  }
  return { command, path, asksHelp, rest };
}

function problemOf({ flag = '', flaw }: Part, command: Command, path: readonly string[]): string | undefined {
  const option = command.options.find(isNamed(flag));
  if (option && flaw === 'needs a value') return `${flag} needs a value: ${option.flags}`;
  if (option) return flaw && `${flag} ${flaw}`;
  if (isSentence(flag))
    return `${JSON.stringify(flag)} is no flag: put -- before a prompt that begins with -`;
  const program = rootOf(command);
  if (optionsBelow(program).some(isNamed(flag))) return `${path.join(' ')} takes no ${flag}`;
  return `there is no flag ${flag}${didYouMean(
    flag,
    command.options.map(({ long }) => long ?? ''),
  )}`;
}

/** Flags that no command has: the word behind one may be its value rather than a command. */
function strangers(parts: readonly Part[], program: Command): string[] {
  const options = optionsBelow(program);
  const names = options.map(({ long }) => long ?? '');
  const flags = parts.flatMap(({ flag }) => (flag === undefined || helpFlags.includes(flag) ? [] : [flag]));
  return flags
    .filter((flag) => !options.some(isNamed(flag)))
    .map((flag) => `there is no flag ${flag}${didYouMean(flag, names)}`);
}

function unknownCommand(word: string, command: Command, path: readonly string[], others: string[]): Error {
  const names = command.commands.map((each) => each.name());
  const problem = `there is no command ${JSON.stringify([...path, word].join(' '))}${didYouMean(word, names)}`;
  return invalid(
    [...others, problem].join('; '),
    path.length > 0
      ? `${path.join(' ')} has ${names.join(', ')}`
      : 'generate makes pictures: runapi-imagen generate "a mug"; --help lists the commands',
  );
}

function missingCommand(command: Command, path: readonly string[]): Error {
  if (path.length === 0)
    return invalid('there is no command', 'Like: runapi-imagen generate "a mug". --help lists the commands');
  const names = command.commands.map((each) => each.name());
  return invalid(
    `${path.join(' ')} needs one of ${names.join(', ')}`,
    `See runapi-imagen ${path.join(' ')} --help`,
  );
}

/** No flag has a space in it: this was meant as a prompt. */
function isSentence(flag: string): boolean {
  return /\s/.test(flag);
}

/** What follows a misspelled flag is that flag's value all the same, and no word of its own. */
function takesValueIn(options: readonly Option[]): (flag: string) => boolean | undefined {
  const names = options.map(({ long }) => long ?? '');
  return (flag) => {
    if (helpFlags.includes(flag)) return false;
    const known = options.find(isNamed(flag));
    if (known || !flag.startsWith('--')) return known?.required;
    return options.find(isNamed(nearMiss(flag, names) ?? flag))?.required;
  };
}

function optionsBelow(command: Command): Option[] {
  return [...command.options, ...command.commands.flatMap(optionsBelow)];
}

function isNamed(flag: string): (option: Option) => boolean {
  return ({ short, long }) => flag === short || flag === long;
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

function textOf(parts: readonly Part[]): string[] {
  return parts.flatMap(({ typed }) => typed);
}
