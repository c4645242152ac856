import { type Declaration, type Flag, namesOf, valueNameOf } from '../../command-line/declaration.ts';
import { flagsOf, helpFlag, versionFlag } from '../../command-line/flags.ts';
import { stateFolder } from '../../disk/user-folders.ts';
import { recentTasks } from '../../journal/recent-tasks.ts';
import { ratiosOf } from '../../request/models.ts';
import { shortened } from '../../terminal/printable.ts';
import type { World } from '../../world.ts';
import { keptModels } from './kept-models.ts';

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
  const { command, path, flag } = placeOf(before, commands);
  const flags = [...(command ? flagsOf(command) : [versionFlag]), helpFlag];
  if (flag) return valuesOf(world, flag);
  const [name = ''] = /^--[\w-]+(?==)/.exec(current) ?? [];
  const assigned = flags.find((each) => namesOf(each).includes(name));
  if (assigned) {
    const values = valuesOf(world, assigned);
    if (typeof values === 'string') return values;
    return values.map(([word, about]): Suggestion => [`${name}=${word}`, about ?? '']);
  }
  if (current.startsWith('-')) return flags.flatMap((each) => namesOf(each).map((word) => [word, each[1]] as const));
  const below = command ? (command.below ?? []) : commands;
  if (below.length > 0) return below.map(({ name: word, summary }) => [word, summary]);
  return await wordsOf(world, path, command?.words?.[0]?.[0] ?? '');
}

/** Finds the command that was typed, and the flag whose value is typed now. */
function placeOf(before: readonly string[], commands: readonly Declaration[]) {
  let command: Declaration | undefined;
  const path: string[] = [];
  let flag: Flag | undefined;
  for (const word of before) {
    if (flag) flag = undefined;
    else if (word.startsWith('-'))
      flag = allFlags(commands).find((each) => namesOf(each).includes(word) && valueNameOf(each) !== undefined);
    else {
      const next = (command ? (command.below ?? []) : commands).find(({ name }) => name === word);
      if (!next) continue;
      command = next;
      path.push(word);
    }
  }
  return { command, path: path.join(' '), flag };
}

function allFlags(commands: readonly Declaration[]): Flag[] {
  return commands.flatMap((each) => [...flagsOf(each), ...allFlags(each.below ?? [])]);
}

function valuesOf(world: World, flag: Flag): Suggestions {
  const name = valueNameOf(flag) ?? '';
  if (namesOf(flag).includes('--model')) return keptModels(world).map((word) => [word]);
  if (name === 'w:h') return ratiosOf('imagen-4-fast').map((word) => [word]);
  if (name === 'folder') return 'folders';
  if (name === 'file' || name.startsWith('path')) return 'files';
  if (name === 'task-id') return tasksIn(world);
  return listIn(flag[1]).map((word) => [word]);
}

/** `hermes, claude or codex` in a description are all that the flag accepts; what follows `such as` is an example. */
function listIn(about: string): string[] {
  const [, list] = /(?<!such as |like )\b((?:[a-z]+, ){1,9}[a-z]+ or [a-z]+)\b/.exec(about) ?? [];
  return list?.split(/, | or /) ?? [];
}

async function wordsOf(world: World, path: string, written: string): Promise<Suggestions> {
  const name = written.replace(/^[[<]|(\.\.\.)?[\]>]$/g, '');
  if (name.includes('|')) return name.split('|').map((word) => [word]);
  if (name === 'file') return 'files';
  if (name === 'task-id') return tasksIn(world);
  if (!path.startsWith('config ') || name !== 'name') return [];
  const { settingNames } = await import('../../settings/known.ts');
  return settingNames().map((word) => [word]);
}

function tasksIn(world: World): Suggestion[] {
  const folder = stateFolder(world);
  const tasks = folder === undefined ? [] : recentTasks(folder, mostTasks);
  return tasks.map(({ id, prompt }) => [id, shortened(prompt, mostColumns)]);
}
