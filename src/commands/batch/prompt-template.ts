import { wordNamed } from './row.ts';

/** What --prompt says: a text with `{columns}` in it. */
export interface PromptTemplate {
  /** The columns that it needs, as variables name them. */
  variables: ReadonlySet<string>;
  /** Fills the values of a row in. Names the columns without a value in `missing`. */
  fill(words: ReadonlyMap<string, string>, missing: string[]): string;
}

/** Reads a template; `{{` and `}}` are literal braces. Undefined where a brace stands alone. */
export function parsePrompt(text: string): PromptTemplate | undefined {
  const tokens = text.match(/\{\{|\}\}|\{[^{}]+\}|[{}]|[^{}]+/g) ?? [];
  if (tokens.some((token) => token === '{' || token === '}')) return undefined;
  return {
    variables: new Set(tokens.filter(isVariable).map(nameIn)),
    fill: (words, missing) =>
      tokens
        .map((token) => {
          if (!isVariable(token)) return token === '{{' || token === '}}' ? token.slice(1) : token;
          const value = words.get(nameIn(token));
          if (value === undefined) missing.push(token);
          return value ?? '';
        })
        .join(''),
  };
}

function isVariable(token: string): boolean {
  return token.length > 2 && token.startsWith('{') && token.endsWith('}');
}

function nameIn(token: string): string {
  return wordNamed(token.slice(1, -1));
}
