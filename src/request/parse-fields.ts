import { check, type core, NEVER, type output, transform, type ZodMiniObject } from 'zod/mini';
import { looksLikeKey, maskedKey } from '../api-key.ts';
import { sentence } from '../errors.ts';
import { isObject } from '../json.ts';

/** Where fields come from: flags, a row of a batch file, settings, the arguments of a tool. */
export interface Source {
  /** Returns undefined where the field is not given. */
  value(field: string): unknown;
  /** Returns the name of the field here, for messages: `--ratio`, `aspect_ratio`. */
  name(field: string): string;
  /** Returns the command that changes a value which was not given with the call: `config set ratio`. */
  changedBy?(field: string): string;
  /** Returns the values for one model alone, which win over the rest. */
  ofModel?(model: string): Source | undefined;
}

type NameOf = (field: string) => string;

/**
 * Parses the fields of a schema; the first source that gives a field wins. Adds every problem to `problems`, each with
 * the name that its source has for the field, and returns undefined where there is one.
 */
export function parseFields<Schema extends ZodMiniObject>(
  schema: Schema,
  sources: readonly Source[],
  problems: string[],
): output<Schema> | undefined {
  const givers = new Map<string, Source>();
  const values: Record<string, unknown> = {};
  for (const field of Object.keys(schema.shape)) {
    const giver = sources.find((source) => source.value(field) !== undefined);
    if (!giver) continue;
    givers.set(field, giver);
    values[field] = giver.value(field);
  }
  const result = schema.safeParse(values, { reportInput: true });
  if (result.success) return result.data;
  problems.push(...result.error.issues.map((issue) => problemOf(issue, givers, sources[0])));
  return undefined;
}

/** Tells one problem, and the commands that change the settings which it names. */
function problemOf(issue: core.$ZodIssue, givers: ReadonlyMap<string, Source>, usual: Source | undefined): string {
  const commands = new Set<string>();
  const nameOf = (field: string): string => {
    const giver = givers.get(field);
    const command = giver?.changedBy?.(field);
    if (command !== undefined) commands.add(command);
    return (giver ?? usual)?.name(field) ?? field;
  };
  const tell = issue.code === 'custom' ? issue.params?.tell : undefined;
  const problem = typeof tell === 'function' ? tell(nameOf) : flawOf(nameOf(String(issue.path[0])), issue);
  return commands.size === 0 ? problem : `${sentence(problem)} ${changes([...commands])}`;
}

function flawOf(name: string, { input, message }: core.$ZodIssue): string {
  if (input === undefined) return `${name} is missing`;
  if (typeof input === 'string' && input.trim() === '') return `${name} is empty`;
  return `Invalid ${name} ${quoted(input)}: ${message}`;
}

/** Names the commands that change settings: a sentence behind a problem. */
export function changes(commands: readonly string[]): string {
  const [last, ...others] = [...commands].reverse();
  return others.length === 0
    ? `The command ${last} changes it.`
    : `The commands ${others.reverse().join(', ')} and ${last} change them.`;
}

/** Shows a value that was given, shortened; of what looks like a key, only its end. */
export function quoted(value: unknown): string {
  if (typeof value === 'string' && looksLikeKey(value) && !/^\d+$/.test(value)) return maskedKey(value);
  const text = typeof value === 'string' && value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return JSON.stringify(text)?.slice(0, 120) ?? String(value);
}

/** A problem of one field, or one that takes the names of several. */
export type Flaw = { field: string; value: unknown; reason: string } | ((nameOf: NameOf) => string);

/** A rule over several fields. Where one is invalid it is checked with the others: all problems are told at once. */
export function rule<Values extends object>(find: (values: Partial<Values>) => Iterable<Flaw>) {
  return check<Values>(
    ({ value, issues }) => {
      const invalid = new Set(issues.map(({ path }) => path?.[0]));
      const valid = Object.entries(value).filter(([field]) => !invalid.has(field));
      for (const flaw of find(Object.fromEntries(valid) as Partial<Values>)) {
        issues.push(
          typeof flaw === 'function'
            ? { code: 'custom', path: [], input: value, params: { tell: flaw }, continue: true }
            : { code: 'custom', path: [flaw.field], input: flaw.value, message: flaw.reason, continue: true },
        );
      }
    },
    { when: ({ value }) => isObject(value) },
  );
}

/** A schema for anything that `read` turns into a value. */
export function anyAs<Value>(read: (given: unknown) => Value | undefined, reason: string) {
  return transform((given: unknown, { issues }) => {
    const value = read(given);
    if (value !== undefined) return value;
    issues.push({ code: 'custom', input: given, message: reason });
    return NEVER;
  });
}

/** A schema for a text that `read` turns into a value. */
export function textAs<Value>(read: (text: string) => Value | undefined, reason: string) {
  return anyAs((given) => inText(given, read), reason);
}

/** A schema for a comma list of such texts. */
export function listAs<Value>(read: (text: string) => Value | undefined, reason: string) {
  return transform((given: unknown, { issues }) => {
    const words = inText(given, (text) => text.split(',')) ?? [given];
    return words.flatMap((word) => {
      const value = inText(word, read);
      if (value !== undefined) return [value];
      issues.push({ code: 'custom', input: inText(word, (text) => text) ?? given, message: reason });
      return [];
    });
  });
}

/** Reads a text, or a number that JSON gives in its place. */
function inText<Value>(given: unknown, read: (text: string) => Value): Value | undefined {
  return typeof given === 'string' || typeof given === 'number' ? read(String(given).trim()) : undefined;
}
