import { states } from '../../command-line/history-filter.ts';
import { ratiosOf } from '../../request/models.ts';
import { kebab } from '../../request/sources.ts';
import { knownSettings, type SettingName } from '../../settings/known.ts';

/** A command as it is declared, without what it does. */
export interface DeclaredCommand {
  name: string;
  about: string;
  flags: DeclaredFlag[];
  /** The name of its first word: `task-id`. */
  word: string | undefined;
  commands: DeclaredCommand[];
}

export interface DeclaredFlag {
  /** `-m`, `--model` */
  names: string[];
  about: string;
  /** The name of its value, if it has one. */
  value: string | undefined;
}

/** What may be typed somewhere: one of these words, a file, a folder, a task of the record, or anything. */
export type Suggestion = readonly string[] | 'files' | 'folders' | 'tasks' | 'models' | 'anything';

/** A command with all that leads to it: `''` for the program itself, `config set`. */
export interface Place {
  path: string;
  flags: readonly DeclaredFlag[];
  commands: readonly DeclaredCommand[];
  /** What may follow where there are no commands below. */
  word: Suggestion;
}

/** What every script is made of. */
export interface CommandTree {
  name: string;
  /** Every place where something can be typed, the program itself first. */
  places: readonly Place[];
  /** Each flag that a value follows, once: it means the same everywhere. */
  values: ReadonlyArray<{ flag: DeclaredFlag; value: Suggestion }>;
}

export function treeOf(program: DeclaredCommand): CommandTree {
  const places = placesIn(program, '');
  const valued = new Map<string, DeclaredFlag>();
  for (const flag of places.flatMap(({ flags }) => flags))
    if (flag.value !== undefined && !valued.has(flag.names.join())) valued.set(flag.names.join(), flag);
  const values = [...valued.values()].map((flag) => ({ flag, value: suggestedValue(flag) }));
  return { name: program.name, places, values };
}

function placesIn({ flags, commands, word = '' }: DeclaredCommand, path: string): Place[] {
  const below = commands.flatMap((each) => placesIn(each, path ? `${path} ${each.name}` : each.name));
  return [{ path, flags, commands, word: suggestedWord(path, word) }, ...below];
}

const byFlag: Readonly<Record<string, Suggestion>> = {
  '--model': 'models',
  '--state': states,
  '--dialect': ['guide', 'service'],
};

/** By the name of the value or the word. */
const byName: Readonly<Record<string, Suggestion>> = {
  'w:h': ratiosOf('imagen-4-fast'),
  folder: 'folders',
  file: 'files',
  path: 'files',
  'path|url|task:id': 'files',
  'task-id': 'tasks',
};

function suggestedValue({ names, about, value = '' }: DeclaredFlag): Suggestion {
  const known = names.map((name) => byFlag[name]).find((words) => words !== undefined);
  return known ?? byName[value] ?? wordsIn(about) ?? 'anything';
}

/** `hermes, claude or codex` in a description are all that the flag accepts; what follows `such as` is an example. */
function wordsIn(about: string): string[] | undefined {
  const [, list] = /(?<!such as |like )\b((?:[a-z]+, ){1,9}[a-z]+ or [a-z]+)\b/.exec(about) ?? [];
  return list?.split(/, | or /);
}

function suggestedWord(path: string, word: string): Suggestion {
  if (word.includes('|')) return word.split('|');
  if (path.startsWith('config ') && word === 'name')
    return (Object.keys(knownSettings) as SettingName[]).map(kebab);
  return byName[word] ?? 'anything';
}
