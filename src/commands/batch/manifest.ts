import type { core } from 'zod/mini';
import { invalid } from '../../errors.ts';
import { safeFileName } from '../../image/file-name.ts';
import { isObject } from '../../json.ts';
import { didYouMean, nearMiss } from '../../near-miss.ts';
import { quoted } from '../../request/parse-fields.ts';
import { manifestSchema } from './manifest-schema.ts';
import { fieldNamed, type PlacedRow, type RowContent, readFields, wrong } from './row.ts';

const mostOfOne = 100_000;

type Path = readonly PropertyKey[];
type Values = Readonly<Record<string, unknown>>;
type Variables = ReadonlyMap<string, unknown[]>;

export interface Manifest {
  defaults: Values;
  pictures: Array<{ place: string; fields: Values }>;
  /** What is wrong with its structure, each with its line. */
  problems: PlacedRow[];
}

/** Throws `validation` for a map that is meant for something else. */
export function parseManifest(
  { value, lineOf }: { value: unknown; lineOf(path: Path): number },
  shown: string,
): Manifest {
  if (isObject(value) && !Object.keys(value).some((key) => nearMiss(key, ['pictures', 'defaults'])))
    throw invalid(
      `${shown} is neither a list nor a manifest`,
      'Write "pictures:" and a list under it, or a list alone',
    );
  const place = (path: Path): string => `line ${lineOf(path)}`;
  const read = manifestSchema.safeParse(value, { reportInput: true });
  if (!read.success) {
    const { issues } = read.error;
    const isMisspelled = issues.some(({ code, path }) => code === 'unrecognized_keys' && path.length === 0);
    const telling = isMisspelled ? issues.filter(({ input }) => input !== undefined) : issues;
    const problems = telling.flatMap(problemsOf).map(([path, text]) => ({ place: place(path), ...wrong(text) }));
    return { defaults: {}, pictures: [], problems };
  }
  const { defaults = {}, pictures } = read.data;
  const placed = pictures.map((fields, index) => ({ place: place(['pictures', index]), fields }));
  return { defaults, pictures: placed, problems: [] };
}

/** Multiplies the pictures out: one row for each combination of the values of their variables. */
export function* rowsOf({ defaults, pictures, problems }: Manifest): Generator<PlacedRow> {
  yield* problems;
  for (const { place, fields } of pictures) for (const row of expand(fields, defaults)) yield { place, ...row };
}

function problemsOf(issue: core.$ZodIssue): Array<[at: Path, problem: string]> {
  const { path, input, message } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [[...path, key], unknownKey(key, path)]);
  const name = path.findLast((part) => typeof part === 'string') ?? '';
  const problem = input === undefined ? `${name} is missing` : `Invalid ${name || 'manifest'} ${quoted(input)}`;
  return [[path, `${problem}: ${message}`]];
}

function unknownKey(key: string, { length }: Path): string {
  const picture = manifestSchema.shape.pictures.def.element.shape;
  const known = Object.keys(length === 0 ? manifestSchema.shape : picture);
  const field = length === 0 ? undefined : fieldNamed(key);
  const same = field && known.find((name) => fieldNamed(name) === field);
  const isMisplaced = length === 0 && Object.hasOwn(picture, key);
  const way = isMisplaced
    ? '; put it under defaults: or into a picture'
    : same
      ? `; write ${same}`
      : didYouMean(key, known);
  return `no field is named ${quoted(key)}${way || `; the fields are ${known.join(', ')}`}`;
}

function* expand(own: Values, defaults: Values): Generator<RowContent> {
  const { vars: usual, ...same } = defaults as { vars?: Values };
  const { vars: mine = {}, ...fields } = { ...own } as { vars?: Values };
  const all = Object.entries({ ...same, ...fields });
  const variables = new Map(Object.entries({ ...usual, ...mine }).map(([name, value]) => [name, [value].flat()]));
  const used = new Set(all.flatMap(([field, value]) => namesIn(field, value, variables)));
  const problems = variableProblems(variables, mine, used);
  const axes = [...variables].filter(([name]) => used.has(name));
  const count = axes.reduce((product, [, values]) => product * values.length, 1);
  if (count > mostOfOne) problems.push(`its variables make ${count} pictures: the limit is ${mostOfOne}`);
  if (problems.length > 0) return yield wrong(...problems);
  for (let nth = 0; nth < count; nth++) {
    const chosen = choose(axes, nth);
    const filled = all.map(([field, value]) => [field, fill(field, value, chosen)] as const);
    yield readFields(filled, { variables: new Set(), ignored: new Set() });
  }
}

function variableProblems(variables: Variables, own: Values, used: ReadonlySet<string>): string[] {
  const names = [...variables.keys()];
  const unknown = [...used].filter((name) => !variables.has(name));
  const reserved = names.filter((name) => nameWords.has(name));
  const empty = names.filter((name) => used.has(name) && variables.get(name)?.length === 0);
  const unused = Object.keys(own).filter((name) => !used.has(name) && !nameWords.has(name));
  const literal = (name: string): string => `add it to vars, or write {{${name}}} for literal braces`;
  return [
    ...unknown.map((name) => `no variable is named {${name}}${didYouMean(name, names)}; ${literal(name)}`),
    ...reserved.map((name) => `a variable cannot be named ${name}: that is a word of output`),
    ...empty.map((name) => `the variable ${name} has no values`),
    ...unused.map(
      (name) => `the variable ${name} is not used; write {${name}} where its value belongs, or leave it out`,
    ),
  ];
}

/** They mean something in a name template already. */
const nameWords = new Set(['prompt', 'task', 'model', 'ratio', 'seed', 'index', 'date', 'ext']);
const variable = /\{\{|\}\}|\{([^{}\s][^{}]*)\}/g;

/** The variables that a value names. In an output a word without a value is left to the name template. */
function namesIn(field: string, value: unknown, known: Variables): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => namesIn(field, each, known));
  if (typeof value !== 'string') return [];
  const names = [...value.matchAll(variable)].flatMap(([, name]) => name ?? []);
  return field === 'output' ? names.filter((name) => known.has(name) || !nameWords.has(name)) : names;
}

/** The nth combination; the last variable changes quickest. */
function choose(axes: ReadonlyArray<[string, unknown[]]>, nth: number): ReadonlyMap<string, string> {
  let rest = nth;
  const chosen = new Map<string, string>();
  for (const [name, values] of axes.toReversed()) {
    chosen.set(name, String(values[rest % values.length]));
    rest = Math.floor(rest / values.length);
  }
  return chosen;
}

function fill(field: string, value: unknown, chosen: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => fill(field, each, chosen));
  if (typeof value !== 'string') return value;
  const isName = field === 'output';
  return value.replace(variable, (token, name: string | undefined) => {
    if (name === undefined) return isName ? token : token.slice(1);
    const text = chosen.get(name);
    if (text === undefined) return token;
    return isName ? safeFileName(text).replace(/[{}]/g, '$&$&') : text;
  });
}
