import { invalid } from '../errors.ts';
import { extensionOf, safeFileName } from './file-name.ts';
import { shortId } from './short-id.ts';
import { slug } from './slug.ts';

/**
 * Reads what `--output` says: a path with `{words}` in it, `{{` and `}}` for literal braces, `/` or `\` between
 * folders. A path that names a folder gets the default name in it, a name without extension the picture's.
 * Throws a `validation` failure that tells what is wrong with it: check it before anything is paid.
 */
export function parseTemplate(text: string): NameTemplate {
  if (text.trim() === '') throw invalid(`use a file name or a template such as ${defaultTemplate}`);
  if (/\p{Cc}/u.test(text)) throw invalid('leave out its control characters');
  const root = /^[/\\]{0,2}/.exec(text)?.[0] ?? ''; // two begin a network share on Windows
  const components = text.slice(root.length).split(/[/\\]+/);
  const last = components.at(-1) ?? '';
  if (last === '') components.pop();
  if (/^\.{0,2}$/.test(last)) components.push(defaultTemplate);
  else if (extensionOf(last) === '' && !last.endsWith('{ext}')) components.push(`${components.pop()}.{ext}`);

  const parsed = components.map(parseComponent);
  const words = new Set(parsed.flat().flatMap((part) => (typeof part === 'string' ? [] : [part.word])));
  return { root: root.replaceAll('\\', '/'), components: parsed, words };
}

/**
 * The path for one picture, with `/` between its folders. What a word stands for never makes a folder of its
 * own: each component with words in it is made safe. What has none is the user's own, `..` included.
 */
export function renderTemplate(template: NameTemplate, values: NameValues): string {
  const names = template.components.map((parts) => {
    const name = parts.map((part) => (typeof part === 'string' ? part : meaning[part.word](values))).join('');
    return parts.every((part) => typeof part === 'string') ? name : safeFileName(name);
  });
  return template.root + names.join('/');
}

export const defaultTemplate = '{prompt}-{task}.{ext}';

export interface NameTemplate {
  readonly root: string;
  readonly components: readonly (readonly Part[])[];
  /** The words in use: without `task`, several tasks may want one name; `ext` is known only with the bytes. */
  readonly words: ReadonlySet<TemplateWord>;
}

export interface NameValues {
  prompt: string;
  /** The whole id. */
  task: string;
  model: string;
  ratio: string | undefined;
  seed: number | undefined;
  /** From 1. */
  index: number;
  /** `YYYY-MM-DD` */
  date: string;
  /** Without the dot, as the bytes say. */
  ext: string;
}

type TemplateWord = keyof typeof meaning;

const meaning = {
  prompt: (values: NameValues) => slug(values.prompt),
  task: (values: NameValues) => shortId(values.task),
  model: (values: NameValues) => values.model,
  ratio: (values: NameValues) => values.ratio?.replace(':', 'x') ?? 'default',
  seed: (values: NameValues) => `${values.seed ?? 'random'}`,
  index: (values: NameValues) => `${values.index}`,
  date: (values: NameValues) => values.date,
  ext: (values: NameValues) => values.ext,
};

type Part = string | { word: TemplateWord };

function parseComponent(text: string): Part[] {
  const tokens = text.match(/\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g) ?? [];
  return tokens.map((token) => {
    if (token === '{{' || token === '}}') return token.slice(1);
    if (token === '{' || token === '}') {
      throw invalid(`write ${token}${token} for a literal ${token}`);
    }
    return token.startsWith('{') ? { word: knownWord(token.slice(1, -1)) } : token;
  });
}

function knownWord(typed: string): TemplateWord {
  const all = Object.keys(meaning) as TemplateWord[];
  const known = all.find((word) => word === typed);
  if (known !== undefined) return known;
  const near = typed.length > 1 && all.find((word) => word.startsWith(typed.slice(0, 2).toLowerCase()));
  const meant = near ? ` (did you mean {${near}}?)` : '';
  throw invalid(`unknown word {${typed}}${meant}; the words are ${all.map((word) => `{${word}}`).join(' ')}`);
}
