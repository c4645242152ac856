import type { core } from 'zod/mini';
import { invalid } from '../../errors.ts';
import { safeFileName } from '../../image/file-name.ts';
import { isObject } from '../../json.ts';
import { didYouMean, nearMiss } from '../../near-miss.ts';
import { quoted } from '../../request/parse-fields.ts';
import { manifestSchema } from './manifest-schema.ts';
import { fieldNamed, type Row, type RowContent, readFields, wrong } from './row.ts';
import { parseYamlFile, type RowFile, readWhole } from './text-file.ts';

const mostOfOne = 100_000;

type ManifestFile = Pick<RowFile, 'path' | 'shown'>;
type Values = Readonly<Record<string, unknown>>;
interface Manifest {
  defaults: Values;
  pictures: Array<{ line: number; fields: Values }>;
  problems: Row[];
}

/** A file is read twice, to check it and to do it, and parsed once. */
const parsed = new WeakMap<object, Promise<Manifest>>();

/** Reads the pictures of a manifest. What is wrong with its structure comes as rows that say so, each with its line. */
export async function* readManifest(file: ManifestFile): AsyncGenerator<Row> {
  const parsing = parsed.get(file) ?? parse(file);
  parsed.set(file, parsing);
  const { defaults, pictures, problems } = await parsing;
  yield* problems;
  let number = 0;
  for (const { line, fields } of pictures) {
    for (const row of expand(fields, defaults)) {
      number += 1;
      yield { number, place: `line ${line}`, ...row };
    }
  }
}

/** Throws `validation` for a file that is not YAML. */
async function parse(file: ManifestFile): Promise<Manifest> {
  const { shown } = file;
  const yaml = await parseYamlFile(await readWhole(file, 8, 'a manifest'), file);
  if (isObject(yaml.value) && !Object.keys(yaml.value).some((key) => nearMiss(key, ['pictures', 'defaults'])))
    throw invalid(
      `${shown} is neither a list nor a manifest`,
      'Write "pictures:" and a list under it, or a list alone',
    );
  const read = manifestSchema.safeParse(yaml.value, { reportInput: true });
  if (!read.success) {
    const { issues } = read.error;
    const isMisspelled = issues.some(({ code, path: at }) => code === 'unrecognized_keys' && at.length === 0);
    const telling = isMisspelled ? issues.filter(({ input }) => input !== undefined) : issues;
    const problems = telling.flatMap((issue) => problemsOf(issue, yaml.lineOf));
    return { defaults: {}, pictures: [], problems };
  }
  const { defaults = {}, pictures } = read.data;
  return {
    defaults,
    problems: [],
    pictures: pictures.map((fields, index) => ({ line: yaml.lineOf(['pictures', index]), fields })),
  };
}

function problemsOf(issue: core.$ZodIssue, lineOf: (path: readonly PropertyKey[]) => number): Row[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => broken(lineOf([...issue.path, key]), unknownKey(key, issue.path)));
  const name = String(issue.path.findLast((part) => typeof part === 'string') ?? '');
  const problem = issue.input === undefined ? `${name} is missing` : `Invalid ${name} ${quoted(issue.input)}`;
  return [broken(lineOf(issue.path), `${problem.replace('Invalid  ', 'Invalid manifest ')}: ${issue.message}`)];
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const [top, item] = [manifestSchema.shape, manifestSchema.shape.pictures.def.element.shape];
  const known = Object.keys(path.length === 0 ? top : item);
  const field = path.length === 0 ? undefined : fieldNamed(key);
  const same = field === undefined ? undefined : known.find((name) => fieldNamed(name) === field);
  const isMisplaced = path.length === 0 && Object.hasOwn(item, key);
  const way = isMisplaced
    ? '; put it under defaults: or into a picture'
    : same
      ? `; write ${same}`
      : didYouMean(key, known);
  return `no field is named ${quoted(key)}${way || `; the fields are ${known.join(', ')}`}`;
}

function broken(line: number, problem: string): Row {
  return { number: 0, place: `line ${line}`, ...wrong(problem) };
}

/** Multiplies a picture out: one row for each combination of the values of its variables. */
function* expand(own: Values, defaults: Values): Generator<RowContent> {
  const { vars: usual, ...same } = defaults as { vars?: Values };
  const { vars: mine = {}, ...fields } = { ...own } as { vars?: Values };
  const all: Values = { ...same, ...fields };
  const variables = new Map(Object.entries({ ...usual, ...mine }).map(([name, value]) => [name, listOf(value)]));
  const used = new Set(Object.entries(all).flatMap(([field, value]) => namesIn(field, value, variables)));
  const problems = [...variableProblems(variables, mine, used)];
  const axes = [...variables].filter(([name]) => used.has(name));
  const count = axes.reduce((product, [, values]) => product * values.length, 1);
  if (count > mostOfOne) problems.push(`its variables make ${count} pictures: the limit is ${mostOfOne}`);
  if (problems.length > 0) return yield wrong(...problems);
  for (let nth = 0; nth < count; nth++) {
    const chosen = choose(axes, nth);
    const filled = Object.entries(all).map(([field, value]) => [field, fill(field, value, chosen)] as const);
    yield readFields(filled, { variables: new Set(), ignored: new Set() });
  }
}

function variableProblems(variables: ReadonlyMap<string, unknown[]>, own: Values, used: ReadonlySet<string>): string[] {
  const names = [...variables.keys()];
  const unknown = [...used].filter((name) => !variables.has(name));
  return [
    ...unknown.map(
      (name) =>
        `no variable is named {${name}}${didYouMean(name, names)}; add it to vars, or write {{${name}}} for literal braces`,
    ),
    ...names
      .filter((name) => nameWords.has(name))
      .map((name) => `a variable cannot be named ${name}: that is a word of output`),
    ...names
      .filter((name) => used.has(name) && variables.get(name)?.length === 0)
      .map((name) => `the variable ${name} has no values`),
    ...Object.keys(own)
      .filter((name) => !used.has(name) && !nameWords.has(name))
      .map((name) => `the variable ${name} is not used; write {${name}} where its value belongs, or leave it out`),
  ];
}

/** They mean something in a name template already. */
const nameWords = new Set(['prompt', 'task', 'model', 'ratio', 'seed', 'index', 'date', 'ext']);
const variable = /\{\{|\}\}|\{([^{}\s][^{}]*)\}/g;

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The variables that a value names. In an output a word without a value is left to the name template. */
function namesIn(field: string, value: unknown, known: ReadonlyMap<string, unknown>): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => namesIn(field, each, known));
  if (typeof value !== 'string' || !value.includes('{')) return [];
  const names = [...value.matchAll(variable)].flatMap(([, name]) => name ?? []);
  return field === 'output' ? names.filter((name) => known.has(name) || !nameWords.has(name)) : names;
}

/** The nth combination; the last variable changes quickest. */
function choose(axes: ReadonlyArray<[string, unknown[]]>, nth: number): ReadonlyMap<string, string> {
  let rest = nth;
  const chosen = new Map<string, string>();
  for (const [name, values] of [...axes].reverse()) {
    chosen.set(name, String(values[rest % values.length]));
    rest = Math.floor(rest / values.length);
  }
  return chosen;
}

function fill(field: string, value: unknown, chosen: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => fill(field, each, chosen));
  if (typeof value !== 'string' || !/[{}]/.test(value)) return value;
  const isName = field === 'output';
  return value.replace(variable, (token, name: string | undefined) => {
    if (name === undefined) return isName ? token : token.slice(1);
    const text = chosen.get(name);
    if (text === undefined) return token;
    return isName ? safeFileName(text).replace(/[{}]/g, '$&$&') : text;
  });
}
