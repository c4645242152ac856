import type { Command } from 'commander';
import { catalogue } from '../commands/list.ts';
import type { Desk } from './doing.ts';

/**
 * The commands that a call has to do with: to load all takes longer than what many calls do. The others matter where
 * flags stand before the command, and where something is not as it should be: they may be what was meant.
 */
export async function commandsFor(argv: readonly string[], desk: Desk): Promise<Command[]> {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const named = catalogue.find(({ name }) => name === words[0]);
  const command = named && (await named.load())(desk);
  return command && knowsFlags(command, words) ? [command] : await allCommands(desk);
}

export async function allCommands(desk: Desk): Promise<Command[]> {
  const shown = catalogue.filter(({ summary }) => summary !== undefined);
  return await Promise.all(
    shown.map(async ({ load, summary = '' }) => (await load())(desk).summary(summary)),
  );
}

const programFlags = ['-h', '--help', '-V', '--version'];

function knowsFlags(command: Command, words: readonly string[]): boolean {
  const known = new Set([...programFlags, '-', ...flagsOf(command)]);
  return words.every((word) => !word.startsWith('-') || known.has(word.split('=', 1)[0] ?? ''));
}

function flagsOf({ options, commands }: Command): Array<string | undefined> {
  return [...options.flatMap(({ short, long }) => [short, long]), ...commands.flatMap(flagsOf)];
}
