import { wordNamed } from './row.ts';

/** What --prompt says: a text with `{columns}` in it. */
export type PromptTemplate = NonNullable<ReturnType<typeof parsePrompt>>;

const token = /\{\{|\}\}|\{([^{}]+)\}/g;

/** Reads a template; `{{` and `}}` are literal braces. Undefined where a brace stands alone. */
export function parsePrompt(text: string) {
  if (/[{}]/.test(text.replace(token, ''))) return undefined;
  return {
    /** The columns that it needs, as variables name them. */
    variables: new Set<string>(
      [...text.matchAll(token)].flatMap(([, name]) => (name === undefined ? [] : wordNamed(name))),
    ),
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
