export interface EnvFile {
  values: ReadonlyMap<string, string>;
  /** Variables whose line breaks the rules, mostly a quote that is not closed: name to line number. */
  broken: ReadonlyMap<string, number>;
}

/**
 * Reads a `.env` file by the rules of Hermes Agent 0.21: `export ` allowed, comments on their own line or after
 * white space, single or double quotes, `\"` and `\\` in double quotes, the last of two lines wins.
 *
 * Not by `dotenv` (17) or Node's `parseEnv`: both cut `a#b` at the `#`, neither undoes `\"` and `\\`, both take back
 * ticks for quotes and turn `\n` into a line break, and an open quote swallows the lines after it, keys included.
 */
export function parseEnvFile(text: string): EnvFile {
  const values = new Map<string, string>();
  const broken = new Map<string, number>();
  for (const [index, line] of text.split(/\r\n?|\n/).entries()) {
    const [, name, rest] = assignment.exec(line) ?? [];
    if (name === undefined || rest === undefined) continue;
    const value = unquoted(rest);
    if (value === undefined) broken.set(name, index + 1);
    else values.set(name, value);
  }
  return { values, broken };
}

const assignment = /^\s*(?:export\s+)?([\w.]+)\s*=(.*)$/s;

const doubleQuoted = /^\s*"((?:\\.|[^"\\])*)"\s*(?:#.*)?$/s;
const singleQuoted = /^\s*'([^']*)'\s*(?:#.*)?$/s;

/** The value after the `=`; undefined where a quote is not closed or something follows it. */
function unquoted(rest: string): string | undefined {
  const quote = rest.trimStart()[0];
  if (quote === '"') return doubleQuoted.exec(rest)?.[1]?.replace(/\\(["\\])/g, '$1');
  if (quote === "'") return singleQuoted.exec(rest)?.[1];
  return rest.replace(/\s#.*$/s, '').trim();
}
