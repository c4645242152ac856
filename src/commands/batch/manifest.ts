import {
  array,
  type core,
  exactOptional,
  meta,
  number,
  record,
  strictObject,
  string,
  toJSONSchema,
  union,
  unknown,
  type ZodMiniType,
} from 'zod/mini';
import type { Context } from '../../context.ts';
import { invalid } from '../../errors.ts';
import { safeFileName } from '../../image/file-name.ts';
import { isObject } from '../../json.ts';
import { didYouMean, nearMiss } from '../../near-miss.ts';
import { quoted } from '../../request/parse-fields.ts';
import { orderFields } from '../../request/request.ts';
import { columnFor, fieldNamed, type Row, readFields, wrong } from './row.ts';

/** A field that may be left out, with what an editor says of it. */
const field = <Type extends ZodMiniType>(type: Type, description: string) =>
  exactOptional(type.check(meta({ description })));
const text = () => string('use text');
const textOrNumber = () => union([string(), number()], 'use text or a number');
const oneOrMore = () => union([string(), number(), array(textOrNumber())], 'use a value or a list of values');

/** Any field of a request is a field of a picture; those without a description of their own take any value. */
const others = Object.fromEntries(Object.keys(orderFields).map((name) => [columnFor(name), exactOptional(unknown())]));

const picture = strictObject(
  {
    ...others,
    prompt: field(text(), 'What to draw. {name} stands for a variable.'),
    output: field(
      text(),
      'The file, in the folder of the manifest. {name} stands for a variable, {prompt}, {model}, {ratio} and {seed} for the field.',
    ),
    model: field(oneOrMore(), 'A model, or a list: one picture of each.'),
    ratio: field(textOrNumber(), 'Width to height, such as 16:9.'),
    negative: field(text(), 'What to avoid.'),
    seed: field(oneOrMore(), 'An integer, or a list: one picture of each.'),
    callback_url: field(text(), 'URL that the service calls.'),
    id: field(textOrNumber(), 'Is repeated in the --json lines.'),
    vars: field(
      record(string(), oneOrMore(), 'use a map such as {animal: [fox, whale]}'),
      'Variables; a list makes one picture of each value, several lists one of each combination.',
    ),
  },
  whereInvalid('use fields such as "prompt: a fox"'),
);

/** A manifest: the one schema for reading it and for editors. */
export const manifestSchema = strictObject(
  {
    defaults: field(picture, 'Fields of each picture that says nothing else.'),
    pictures: array(picture, 'use a list: a "- " before the first field of each picture').check(
      meta({ description: 'The pictures. Each needs a prompt and an output, of its own or of the defaults.' }),
    ),
  },
  whereInvalid('write "pictures:" and a list under it'),
).check(meta({ title: 'runapi-imagen manifest' }));

/** The message for what is no map; a key that is not known has one of its own. */
function whereInvalid(message: string) {
  return { error: ({ code }: { code: string }) => (code === 'invalid_type' ? message : undefined) };
}

/** Prints the JSON Schema of a manifest, for editors. */
export async function printSchema({ reporter }: Context): Promise<number> {
  const schema = toJSONSchema(manifestSchema, { io: 'input' });
  await reporter.data(schema, JSON.stringify(schema, null, 2));
  return 0;
}

const mostOfOne = 100_000;

type Path = readonly PropertyKey[];
type Values = Readonly<Record<string, unknown>>;
type Variables = ReadonlyMap<string, unknown[]>;

export interface Manifest {
  defaults: Values;
  pictures: Array<{ place: string; fields: Values }>;
  /** What is wrong with its structure, each with its line. */
  problems: Row[];
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
    const problems = telling.flatMap(problemsOf).map(([path, problem]) => wrong(place(path), problem));
    return { defaults: {}, pictures: [], problems };
  }
  const { defaults = {}, pictures } = read.data;
  const placed = pictures.map((fields, index) => ({ place: place(['pictures', index]), fields }));
  return { defaults, pictures: placed, problems: [] };
}

/** Multiplies the pictures out: one row for each combination of the values of their variables. */
export function* rowsOf({ defaults, pictures, problems }: Manifest): Generator<Row> {
  yield* problems;
  for (const picture of pictures) yield* expand(picture, defaults);
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

function* expand({ place, fields }: Manifest['pictures'][number], defaults: Values): Generator<Row> {
  const { vars: usual, ...same } = defaults as { vars?: Values };
  const { vars: mine = {}, ...own } = fields as { vars?: Values };
  const all = Object.entries({ ...same, ...own });
  const variables = new Map(Object.entries({ ...usual, ...mine }).map(([name, value]) => [name, [value].flat()]));
  const used = new Set(all.flatMap(([field, value]) => namesIn(field, value, variables)));
  const problems = variableProblems(variables, mine, used);
  const axes = [...variables].filter(([name]) => used.has(name));
  const count = axes.reduce((product, [, values]) => product * values.length, 1);
  if (count > mostOfOne) problems.push(`its variables make ${count} pictures: the limit is ${mostOfOne}`);
  if (problems.length > 0) yield wrong(place, ...problems);
  else
    for (const chosen of combinations(axes)) {
      const filled = all.map(([field, value]) => [field, fill(field, value, chosen)] as const);
      yield readFields(place, filled, { variables: new Set(), ignored: new Set() });
    }
}

/** Yields a value for each variable; the last variable changes quickest. */
function* combinations(axes: ReadonlyArray<[string, unknown[]]>): Generator<ReadonlyMap<string, string>> {
  const last = axes.at(-1);
  if (!last) return yield new Map();
  const [name, values] = last;
  for (const others of combinations(axes.slice(0, -1)))
    for (const value of values) yield new Map(others).set(name, String(value));
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
