export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json | undefined;
}

/** Tells whether a parsed JSON or YAML value is an object and not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a dotted path (`data.id`), of own properties only. */
export function at(value: unknown, path: string): Json | undefined {
  let here = value;
  for (const name of path.split('.')) {
    if (!isObject(here) || !Object.hasOwn(here, name)) return undefined;
    here = here[name];
  }
  return here as Json;
}

/** The first non-empty text (or number, as text) at one of the paths. */
export function firstText(value: unknown, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const found = at(value, path);
    if (typeof found === 'string' && found !== '') return found;
    if (typeof found === 'number') return String(found);
  }
  return undefined;
}

/** Deeper than any answer of an API. Code that calls itself for each level would run out of stack far below. */
const deepest = 100;
/** Each takes some hundred bytes of memory: an answer of megabytes that is full of them would take gigabytes. */
const mostValues = 100_000;

/** Undefined for what is no JSON, is nested so deeply, or has so many values, that it is meant to do harm. */
export function parseJson(text: string): Json | undefined {
  try {
    return isMonstrous(text) ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

/** Character by character: a regular expression runs out of stack itself on a text of some megabytes. */
function isMonstrous(text: string): boolean {
  let depth = 0;
  let values = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') isQuoted = !isQuoted;
    else if (isQuoted) at += sign === '\\' ? 1 : 0;
    else if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth -= 1;
    else if (sign === ',') values += 1;
    if (depth > deepest || values > mostValues) return true;
  }
  return false;
}

/** Writes JSON on one line that is safe to show. */
export function jsonLine(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** Writes the same over several lines, for people. */
export function prettyJson(value: unknown): string {
  return escaped(JSON.stringify(value, null, 2));
}

/** JSON itself lets pass what some terminals obey, what turns the direction of writing, and what nobody sees. */
function escaped(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
