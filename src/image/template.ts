import { invalid } from '../errors.ts';
import { extensionOf, numbered, safeFileName, shortId, slug, withExtension } from './file-name.ts';

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
 * The path of one picture, with `/` between its folders. The value of a word never makes a folder of its own: each
 * component with words in it is made safe. A component without words is used as the user wrote it, `..` included. Of a
 * template of somebody else (`isForeign`) each component is made safe, and none leads out of the folder.
 */
export function renderTemplate(template: NameTemplate, values: NameValues, isForeign = false): string {
  const { root, components } = isForeign ? stayingInside(template) : template;
  const names = components.map((parts) => {
    const name = parts.map((part) => (typeof part === 'string' ? part : meaning[part.word](values))).join('');
    return !isForeign && isFixed(parts) ? name : safeFileName(name);
  });
  return root + names.join('/');
}

function stayingInside({ components, words }: NameTemplate): NameTemplate {
  return { root: '', components: components.filter((parts) => !/^\.\.?$/.test(parts.join())), words };
}

function isFixed(parts: readonly Part[]): parts is string[] {
  return parts.every((part) => typeof part === 'string');
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
  const meant = typed.length > 1 && all.find((word) => word.startsWith(typed.slice(0, 2).toLowerCase()));
  const advice = meant ? `did you mean {${meant}}? The` : 'the';
  throw invalid(`unknown word {${typed}}; ${advice} words are ${all.map((word) => `{${word}}`).join(' ')}`);
}

/** Tells pictures with the same name apart. */
export interface Place {
  /** From 0, of the pictures of one task. */
  picture: number;
  /** From 1: the nth attempt to find a free name. */
  attempt: number;
}

/** The path of a picture relative to its folder, with `/` between folders and the extension of its bytes. */
export function picturePath(
  { output, mark }: { output: string; mark?: string | undefined },
  values: NameValues,
  { picture, attempt }: Place,
  isForeign = false,
): string {
  const path = renderTemplate(parseTemplate(output || defaultName(mark)), values, isForeign);
  const folderEnd = path.lastIndexOf('/') + 1;
  let name = withExtension(path.slice(folderEnd), values.ext);
  if (picture > 0) name = numbered(name, picture + 1);
  if (attempt > 1) name = numbered(name, attempt);
  return path.slice(0, folderEnd) + name;
}

/** @param mark template words for what differs between the pictures of one call */
export function defaultName(mark: string | undefined): string {
  return mark === undefined ? defaultTemplate : defaultTemplate.replace('{prompt}', `{prompt}-${mark}`);
}

/** Tells whether a typed name ends like a picture of another format. Without an extension it does not. */
export function isMisnamed(output: string, ext: string): boolean {
  const typed = extensionOf(output);
  return typed !== '' && withExtension(`a${typed}`, ext) !== `a${typed}`;
}

/** The part of the output's folder that is the same for every picture: it can be checked before anything is paid. */
export function fixedFolder(output: string, isForeign = false): string {
  const template = parseTemplate(output || defaultTemplate);
  const { root, components } = isForeign ? stayingInside(template) : template;
  const folders = components.slice(0, -1);
  const firstOpen = folders.findIndex((parts) => !isFixed(parts));
  const fixed = folders.slice(0, firstOpen < 0 ? undefined : firstOpen).map((parts) => parts.join(''));
  return root + fixed.map((name) => (isForeign ? safeFileName(name) : name)).join('/');
}
