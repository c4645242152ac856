import { distance } from 'fastest-levenshtein';
import { isObject } from '../../json.ts';
import { quoted } from '../../request/parse-fields.ts';

/** One row of a batch file that holds anything. */
export interface Row {
  /** From 1, counting rows. */
  number: number;
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

export type RowContent = Omit<Row, 'number' | 'place'>;

/** A row that cannot be read. */
export function wrong(...problems: string[]): RowContent {
  return { fields: {}, names: {}, words: new Map(), problems };
}

const fieldNames: Readonly<Record<string, string>> = {
  prompt: 'prompt',
  model: 'model',
  ratio: 'aspectRatio',
  aspectratio: 'aspectRatio',
  negative: 'negativePrompt',
  negativeprompt: 'negativePrompt',
  seed: 'seed',
  count: 'count',
  n: 'count',
  image: 'images',
  resolution: 'resolution',
  outputresolution: 'resolution',
  format: 'format',
  outputformat: 'format',
  quality: 'quality',
  outputquality: 'quality',
  set: 'set',
  action: 'action',
  output: 'output',
  callbackurl: 'callbackUrl',
  id: 'id',
};

/** Finds the field that a column is for: `aspect_ratio`, `aspectRatio` and `Aspect-Ratio` are one. */
export function fieldNamed(column: string): string | undefined {
  const bare = Object.hasOwn(fieldNames, column) ? column : bareName(column);
  return Object.hasOwn(fieldNames, bare) ? fieldNames[bare] : undefined;
}

/** How a variable of --prompt names a column. */
export function wordNamed(column: string): string {
  return column.trim().toLowerCase();
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
  const meant = Object.keys(fieldNames).find((field) => isMisspelled(bareName(column), field));
  if (meant) return `no field is named ${quoted(column)}; did you mean ${fieldColumn(meant)}?`;
  ignored.add(column);
  return undefined;
}

/** Turns the named values of a row into its fields. What is null or empty counts as left out. */
export function readFields(
  values: Iterable<readonly [column: string, value: unknown]>,
  others: OtherColumns,
): RowContent {
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
  return { fields, names, words, problems };
}

function textOf(value: unknown, field: string | undefined): string | undefined {
  if (field === 'set' && isObject(value)) return JSON.stringify(value);
  // An address may hold a comma.
  if (field === 'images' && Array.isArray(value)) return value.map(String).join('\n');
  if (Array.isArray(value)) return value.every((each) => typeof each !== 'object') ? value.join(',') : undefined;
  return ['string', 'number', 'bigint'].includes(typeof value) ? String(value) : undefined;
}

function bareName(column: string): string {
  return column.trim().toLowerCase().replace(/[-_ ]/g, '');
}

/** How the field of a bare name is written in the README. */
function fieldColumn(bare: string): string {
  return bare === 'callbackurl' ? 'callback_url' : bare;
}

/** One letter is missing, added or wrong, or two changed places. Names of two letters resemble too many words. */
function isMisspelled(typed: string, field: string): boolean {
  if (field.length < 3) return false;
  if (distance(typed, field) <= 1) return true;
  return typed.length === field.length && distance(typed, field) === 2 && sorted(typed) === sorted(field);
}

function sorted(text: string): string {
  return [...text].sort().join('');
}
