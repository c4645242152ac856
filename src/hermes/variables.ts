import { unquoted } from '../api-key.ts';

/** The variables that Hermes' settings may name: those of the shell, then those of its `.env`. */
export type Variables = ReturnType<typeof readVariables>;

export const theShell = 'the environment';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables from the shell and a `.env` file. The shell wins. Hermes Agent 0.21 has it the other way round, so a
 * difference must be told: the two programs then use two keys.
 */
export function readVariables(inherited: Environment, text: string, path: string) {
  const shell = own(inherited);
  const { values, broken } = parseEnvFile(text, shell);
  const asked = new Set<string>();
  const places = (name: string) => [
    { value: shell[name]?.trim(), place: theShell },
    { value: values.get(name)?.trim(), place: path },
  ];

  /** Every value of a variable that is not blank, the shell's first, with its place. */
  function valuesOf(name: string): Array<{ value: string; place: string }> {
    asked.add(name);
    return places(name).flatMap(({ value, place }) => (value ? [{ value, place }] : []));
  }

  return {
    valuesOf,
    /** A text with `${NAME}` and `${env:NAME}` filled in; undefined where it is blank or a variable is not set. */
    textIn(value: unknown): string | undefined {
      if (typeof value !== 'string') return undefined;
      const filled = value
        .replace(/\$\{(?:env:)?([^{}]+)\}/g, (written, name: string) => {
          const [found] = valuesOf(name);
          return found?.value ?? values.get(name) ?? shell[name] ?? written;
        })
        .trim();
      return filled === '' || filled.includes('${') ? undefined : filled;
    },
    /** Those asked for that have different values in the two places. */
    differing: (): string[] =>
      [...asked].filter((name) => {
        const [one, other] = places(name).map(({ value }) => value && unquoted(value));
        return one && other && one !== other;
      }),
    /** Why a variable has no value, to follow its name. */
    whyNot(name: string): string {
      const line = broken.get(name);
      if (line !== undefined) return `cannot be read from line ${line} of ${path}: are its quotes closed?`;
      return values.has(name)
        ? `is empty in ${path}, or names a variable that is not set`
        : `is set neither in the environment nor in ${path}`;
    },
  };
}

/** A hand-written `key_env: constructor` must not find what every object inherits. */
function own(shell: Environment): Environment {
  return Object.assign(Object.create(null), shell);
}

interface EnvFile {
  values: ReadonlyMap<string, string>;
  /** Variables whose line cannot be read, mostly for a quote that is not closed: name to line number. */
  broken: ReadonlyMap<string, number>;
}

/** A value that is longer was made to fill the memory: each line can double the one before. */
const longestValue = 32_768;

/**
 * Parses a `.env` file as Hermes Agent 0.21 does: `export ` allowed, comments on their own line or after white space,
 * single or double quotes, `\"` and `\\` in double quotes, `${NAME}` and `${NAME:-default}` from the lines before and
 * then the shell, the last of two lines wins.
 *
 * Not by `dotenv` (17) or Node's `parseEnv`: both cut `a#b` at the `#`, neither decodes `\"` and `\\`, both take
 * backticks for quotes and turn `\n` into a line break, and an open quote swallows the lines after it, keys included.
 */
export function parseEnvFile(text: string, inherited: Environment = {}): EnvFile {
  const shell = own(inherited);
  const values = new Map<string, string>();
  const broken = new Map<string, number>();
  for (const [index, line] of text.split(/\r\n?|\n/).entries()) {
    const [, name, rest] = assignment.exec(line) ?? [];
    if (name === undefined || rest === undefined) continue;
    const value = withoutQuotes(rest)?.replace(
      /\$\{([^}:]*)(?::-([^}]*))?\}/g,
      (_, other: string, fallback = '') => values.get(other) ?? shell[other] ?? fallback,
    );
    if (value === undefined || value.length > longestValue) broken.set(name, index + 1);
    else values.set(name, value);
  }
  return { values, broken };
}

const assignment = /^\s*(?:export\s+)?([\w.]+)\s*=(.*)$/s;
const doubleQuoted = /^\s*"((?:\\.|[^"\\])*)"\s*(?:#.*)?$/s;
const singleQuoted = /^\s*'([^']*)'\s*(?:#.*)?$/s;

/** The value after the `=`; undefined where a quote is not closed or something follows it. */
function withoutQuotes(rest: string): string | undefined {
  const quote = rest.trimStart()[0];
  if (quote === '"') return doubleQuoted.exec(rest)?.[1]?.replace(/\\(["\\])/g, '$1');
  if (quote === "'") return singleQuoted.exec(rest)?.[1];
  return rest.replace(/\s#.*$/s, '').trim();
}
