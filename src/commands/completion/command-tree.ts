/** A command as it is declared, without what does it. */
export interface DeclaredCommand {
  name: string;
  about: string;
  flags: DeclaredFlag[];
  /** What its first word is called: `task-id`. */
  word: string | undefined;
  commands: DeclaredCommand[];
}

export interface DeclaredFlag {
  /** `-m`, `--model` */
  names: string[];
  about: string;
  /** What its value is called, where it has one. */
  value: string | undefined;
}

/** A command with all that leads to it: `''` for the program itself, `config set`. */
export interface Place {
  path: string;
  command: DeclaredCommand;
}

/** What may stand somewhere: one of these words, a file, a folder, a task of the record, or anything. */
export type Suggestion = readonly string[] | 'files' | 'folders' | 'tasks' | 'anything';

/** What may follow a flag, and what may stand behind a command that has no other commands below it. */
export interface Suggest {
  value(flag: DeclaredFlag): Suggestion;
  word(place: Place): Suggestion;
}

/** Every place where something can be typed, the program itself first. */
export function placesIn(command: DeclaredCommand, path = ''): Place[] {
  const below = command.commands.flatMap((each) => placesIn(each, path ? `${path} ${each.name}` : each.name));
  return [{ path, command }, ...below];
}

/** Each flag that a value follows, once: it means the same everywhere. */
export function flagsWithValue(program: DeclaredCommand): DeclaredFlag[] {
  const found = new Map<string, DeclaredFlag>();
  for (const flag of placesIn(program).flatMap(({ command }) => command.flags)) {
    if (flag.value !== undefined && !found.has(flag.names.join())) found.set(flag.names.join(), flag);
  }
  return [...found.values()];
}
