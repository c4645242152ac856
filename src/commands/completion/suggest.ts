import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, type Flag, namesOf, valueNameOf } from '../../command-line/declaration.ts';
import { flagsOf, helpFlag, versionFlag } from '../../command-line/flags.ts';
import { stateFolder } from '../../disk/user-folders.ts';
import { recentTasks } from '../../journal/recent-tasks.ts';
import { modelAliases, models, ratiosOf } from '../../request/models.ts';
import { printable, shortened } from '../../terminal/printable.ts';
import type { World } from '../../world.ts';

/** A word that may be typed, and what it means. */
type Suggestion = readonly [word: string, about?: string];
/** The words that may come next; the shell completes files and folders itself. */
type Suggestions = readonly Suggestion[] | 'files' | 'folders';

const mostTasks = 30;
const mostColumns = 40;

/**
 * Prints what may follow for a shell that completes a word: a line each with the word, a tab and its meaning, or only
 * `:files` or `:folders`. Never fails.
 * @param typed the words after the program's name; the last one is the one to complete, behind a colon, so that no
 *   shell drops it where it is empty
 */
export async function printSuggestions(
  world: World,
  typed: readonly string[],
  commands: readonly Declaration[],
): Promise<void> {
  const current = typed.at(-1)?.slice(1) ?? '';
  const found = await suggestions(world, typed.slice(0, -1), current, commands);
  const lines =
    typeof found === 'string'
      ? [`:${found}`]
      : found
          .filter(([word]) => word.startsWith(current))
          .map(([word, about = '']) => `${word}\t${about.replace(/\s+/g, ' ')}`);
  await world.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

async function suggestions(
  world: World,
  before: readonly string[],
  current: string,
  commands: readonly Declaration[],
): Promise<Suggestions> {
  if (before.includes('--')) return [];
  const { command, flag } = placeOf(before, commands);
  const flags = [...(command ? flagsOf(command) : [versionFlag]), helpFlag];
  if (flag) return valuesOf(world, flag);
  const [name = ''] = /^--[\w-]+(?==)/.exec(current) ?? [];
  const assigned = flags.find((each) => namesOf(each).includes(name));
  if (assigned) {
    const values = await valuesOf(world, assigned);
    return typeof values === 'string' ? values : values.map(([word, about = '']) => [`${name}=${word}`, about]);
  }
  if (current.startsWith('-')) return flags.flatMap((each) => namesOf(each).map((word) => [word, each[1]] as const));
  const below = command ? (command.below ?? []) : commands;
  if (below.length > 0) return below.map(({ name: word, summary }) => [word, summary]);
  const argument = command?.words?.[0];
  return argument ? valuesOf(world, argument) : [];
}

/** Finds the command that was typed, and the flag whose value is typed now. */
function placeOf(before: readonly string[], commands: readonly Declaration[]) {
  let command: Declaration | undefined;
  let flag: Flag | undefined;
  for (const word of before) {
    if (flag) flag = undefined;
    else if (word.startsWith('-'))
      flag = allFlags(commands).find((each) => namesOf(each).includes(word) && valueNameOf(each) !== undefined);
    else command = (command ? (command.below ?? []) : commands).find(({ name }) => name === word) ?? command;
  }
  return { command, flag };
}

function allFlags(commands: readonly Declaration[]): Flag[] {
  return commands.flatMap((each) => [...flagsOf(each), ...allFlags(each.below ?? [])]);
}

/** Finds the values of a flag or an argument by its name in the help, or in its description. */
async function valuesOf(world: World, flag: Flag): Promise<Suggestions> {
  const [written, about] = flag;
  const [, name = ''] = /[<[](.+?)(?:\.\.\.)?[\]>]/.exec(written) ?? [];
  if (name === 'folder') return 'folders';
  if (name === 'file' || name.startsWith('path')) return 'files';
  if (name === 'task-id') return tasksIn(world);
  let words = name.includes('|') ? name.split('|') : listIn(about);
  if (name === 'w:h') words = [...ratiosOf('imagen-4-fast')];
  if (namesOf(flag).includes('--model')) words = modelsIn(world);
  if (about === 'the setting') words = (await import('../../settings/known.ts')).settingNames();
  return words.map((word) => [word]);
}

/** `hermes, claude or codex` in a description are all that the flag accepts; what follows `such as` is an example. */
function listIn(about: string): string[] {
  const [, list] = /(?<!such as |like )\b((?:[a-z]+, ){1,9}[a-z]+ or [a-z]+)\b/.exec(about) ?? [];
  return list?.split(/, | or /) ?? [];
}

function tasksIn(world: World): Suggestion[] {
  const folder = stateFolder(world);
  const tasks = folder === undefined ? [] : recentTasks(folder, mostTasks);
  return tasks.map(({ id, prompt }) => [id, shortened(prompt, mostColumns)]);
}

/** What is read here of the file in which price lists are kept. */
type Kept = Record<string, { answers?: Record<string, { text: string }> }>;
type PriceList = { price_schedules?: { model: string; catalog_status: string }[] };

/** Lists the models that are always known and those of the kept catalogues. */
function modelsIn(world: World): string[] {
  const names = new Set([...models, ...Object.keys(modelAliases)]);
  try {
    const servers = JSON.parse(readFileSync(join(stateFolder(world) ?? '', 'servers.json'), 'utf8')) as Kept;
    for (const { text } of Object.values(servers).flatMap(({ answers = {} }) => Object.values(answers))) {
      const { price_schedules: sold = [] } = JSON.parse(text) as PriceList;
      for (const { model, catalog_status: status } of sold)
        if (status !== 'disabled' && !/\s/.test(model)) names.add(printable(model));
    }
  } catch {
    // Nothing was kept yet.
  }
  return [...names];
}
