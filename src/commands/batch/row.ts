import { distance } from 'fastest-levenshtein';
import { isObject } from '../../json.ts';
import { quoted } from '../../request/parse-fields.ts';

/** One row of a batch file that holds anything. */
export interface Row {
  /** Where it is in the file: `line 3`, or `item 3` of a list. */
  place: string;
  /** Its values by the fields of a request, and the names that the file has for them. */
  fields: Readonly<Record<string, string>>;
  names: Readonly<Record<string, string>>;
  /** Its values by the names of all columns, for the variables of --prompt. */
  words: ReadonlyMap<string, string>;
  /** What is wrong with the row as such. */
  problems: readonly string[];
}

/** Returns a row that cannot be read. */
export function wrong(place: string, ...problems: string[]): Row {
  return { place, fields: {}, names: {}, words: new Map(), problems };
}

/** The columns for each field of a row, first as the README names it. */
const columnsOf: Readonly<Record<string, readonly [string, ...string[]]>> = {
  prompt: ['prompt'],
  model: ['model'],
  aspectRatio: ['ratio', 'aspectratio'],
  negativePrompt: ['negative', 'negativeprompt'],
  seed: ['seed'],
  count: ['count', 'n'],
  images: ['image'],
  resolution: ['resolution', 'outputresolution'],
  format: ['format', 'outputformat'],
  quality: ['quality', 'outputquality'],
  set: ['set'],
  action: ['action'],
  output: ['output'],
  callbackUrl: ['callback_url'],
  id: ['id'],
};
const fieldsByName: ReadonlyMap<string, string> = new Map(
  Object.entries(columnsOf).flatMap(([field, names]) => names.map((name) => [bareName(name), field])),
);

/** How the README names the column for a field. */
export function columnFor(field: string): string {
  return columnsOf[field]?.[0] ?? field;
}

/** Finds the field that a column is for: `aspect_ratio`, `aspectRatio` and `Aspect-Ratio` are one. */
export function fieldNamed(column: string): string | undefined {
  return fieldsByName.get(column) ?? fieldsByName.get(bareName(column));
}

/** How a variable of --prompt names a column. */
export function wordNamed(column: string): string {
  return column.trim().toLowerCase();
}

function bareName(column: string): string {
  return wordNamed(column).replace(/[-_ ]/g, '');
}

/** What is known of columns that are no fields. */
export interface OtherColumns {
  variables: ReadonlySet<string>;
  /** Gets the names of those that are no variables either. */
  ignored: Set<string>;
}

/** Tells which field a misspelled column was probably meant for; undefined where it is a field, or just ignored. */
export function columnProblem(column: string, { variables, ignored }: OtherColumns): string | undefined {
  if (ignored.has(column) || fieldNamed(column) !== undefined || variables.has(wordNamed(column))) return undefined;
  const bare = bareName(column);
  const meant = Object.values(columnsOf)
    .flat()
    .find((name) => isMisspelled(bare, bareName(name)));
  if (meant) return `no field is named ${quoted(column)}; did you mean ${meant}?`;
  ignored.add(column);
  return undefined;
}

/** One letter is missing, added or wrong, or two changed places. Names of two letters resemble too many words. */
function isMisspelled(typed: string, field: string): boolean {
  if (field.length < 3) return false;
  const [a, b] = [typed, field].map((name) => [...name].sort().join(''));
  return distance(typed, field) <= (a === b ? 2 : 1);
}

/** Turns the named values of a row into its fields. What is null or empty counts as left out. */
export function readFields(place: string, values: Iterable<readonly [string, unknown]>, others: OtherColumns): Row {
  const fields: Record<string, string> = {};
  const names: Record<string, string> = {};
  const words = new Map<string, string>();
  const problems: string[] = [];
  for (const [column, value] of values) {
    if (value === null || value === undefined || value === '') continue;
    const problem = columnProblem(column, others);
    const field = fieldNamed(column);
    const text = textOf(value, field);
    if (text !== undefined) words.set(wordNamed(column), text);
    if (problem) problems.push(problem);
    else if (text === undefined && (field !== undefined || others.variables.has(wordNamed(column))))
      problems.push(`Invalid ${column} ${quoted(value)}: use text or a number`);
    else if (text === undefined || field === undefined) continue;
    else if (fields[field] !== undefined) problems.push(`${names[field]} and ${column} are the same field`);
    else {
      fields[field] = text;
      names[field] = column;
    }
  }
  return { place, fields, names, words, problems };
}

function textOf(value: unknown, field: string | undefined): string | undefined {
  if (field === 'set' && isObject(value)) return JSON.stringify(value);
  // An address may hold a comma.
  if (field === 'images' && Array.isArray(value)) return value.map(String).join('\n');
  if (Array.isArray(value)) return value.every((each) => typeof each !== 'object') ? value.join(',') : undefined;
  return ['string', 'number', 'bigint'].includes(typeof value) ? String(value) : undefined;
}

/** What --prompt says: a text with `{columns}` in it. */
export type PromptTemplate = NonNullable<ReturnType<typeof parsePrompt>>;

const token = /\{\{|\}\}|\{([^{}]+)\}/g;

/** Reads a template; `{{` and `}}` are literal braces. Undefined where a brace stands alone. */
export function parsePrompt(text: string) {
  if (/[{}]/.test(text.replace(token, ''))) return undefined;
  const variables = [...text.matchAll(token)].flatMap(([, name]) => (name === undefined ? [] : wordNamed(name)));
  return {
    /** The columns that it needs, as variables name them. */
    variables: new Set(variables),
    /** Fills the values of a row in. Names the columns without a value in `missing`. */
    fill: (words: ReadonlyMap<string, string>, missing: string[]): string =>
      text.replace(token, (whole, name: string | undefined) => {
        if (name === undefined) return whole.slice(1);
        const value = words.get(wordNamed(name));
        if (value === undefined) missing.push(whole);
        return value ?? '';
      }),
  };
}
