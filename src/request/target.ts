import { statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { boolean, check, exactOptional, object, type output, refine, string, type ZodMiniObject } from 'zod/mini';
import { Failure } from '../errors.ts';
import { defaultTemplate, parseTemplate } from '../image/template.ts';
import { expandHome } from '../task/home-path.ts';
import type { World } from '../world.ts';
import { type Flaw, parseFields, quoted, rule, type Source } from './parse-fields.ts';
import type { target } from './target-schema.ts';

export type Target = output<typeof target>;

/** The pictures that need names. */
export interface Pictures {
  /** `many` are those of a batch, whose rows may name their own files. */
  count: number | 'many';
  /** `false` where the ids of their tasks are known already. */
  areNew: boolean;
}

/** A shell would have made a path of `~alice/x`; here it would be a folder of that name. */
const isOfOtherUser = (path: string): boolean => /^~[^/\\]+[/\\]/.test(path);
const otherUserReason = 'write the path out, or begin with ./';

/** A name template, or `-`. */
export const outputName = string().check(
  check(({ value, issues }) => {
    const reason = isOfOtherUser(value) ? otherUserReason : value === '-' ? undefined : templateReason(value);
    if (reason) issues.push({ code: 'custom', input: value, message: reason });
  }),
);

export const folderName = string().check(
  refine((dir) => dir.trim() !== ''),
  refine((dir) => !isOfOtherUser(`${dir}/`), otherUserReason),
);

const flag = exactOptional(boolean());
const fields = {
  dir: exactOptional(folderName),
  output: exactOptional(outputName),
  overwrite: flag,
  skipExisting: flag,
  sidecar: flag,
  embed: flag,
  wait: flag,
  download: flag,
  json: flag,
};

type Fields = output<ZodMiniObject<typeof fields>>;

/** Parses where the pictures go, but for the index, which each gets. Undefined where there is a problem. */
export function parseTarget(
  sources: readonly Source[],
  { cwd, home, stdout }: Pick<World, 'cwd' | 'home' | 'stdout'>,
  pictures: Pictures,
  problems: string[],
): Omit<Target, 'index'> | undefined {
  const rules = rule<Fields>((given) => {
    const { output } = placeOf(given);
    return output === '-' ? stdoutFlaws(given, stdout.isTerminal, pictures) : nameFlaws(given, output, pictures);
  });
  const parsed = parseFields(object(fields).check(rules), sources, problems);
  if (!parsed) return undefined;
  const { overwrite, skipExisting, sidecar, embed } = parsed;
  return {
    ...placeOf(parsed),
    existing: overwrite ? 'overwrite' : skipExisting ? 'skip' : 'rename',
    ...(sidecar && { sidecar }),
    ...(embed && { embed }),
  };

  function placeOf({ dir = '.', output = '' }: Partial<Fields>): Pick<Target, 'folder' | 'output'> {
    const folder = resolve(cwd, expandHome(dir, home));
    const name = expandHome(output, home);
    const isFolderName = name !== '-' && name.trim() !== '' && isFolder(resolve(folder, name));
    return { folder, output: isFolderName ? `${name}/` : name };
  }
}

function* stdoutFlaws(given: Partial<Fields>, toTerminal: boolean, { count }: Pictures): Generator<Flaw> {
  const unwanted = (['wait', 'download'] as const).find((field) => given[field] === false);
  if (given.json)
    yield (name) =>
      `${name('json')} and ${name('output')} - both write to stdout: save to a file, or leave out ${name('json')}`;
  if (count !== 1) yield (name) => `${name('output')} - takes one picture, not ${count}`;
  if (unwanted) yield (name) => `${name('output')} - needs the picture: leave out ${name(unwanted)}`;
  if (given.sidecar) yield (name) => `${name('sidecar')} needs a picture file: leave out ${name('output')} -`;
  if (toTerminal)
    yield (name) => `${name('output')} - would write image bytes to the terminal: pipe it, or name a file`;
}

/** Why the pictures cannot have the name. */
function* nameFlaws(given: Partial<Fields>, output: string, { count, areNew }: Pictures): Generator<Flaw> {
  const { overwrite, skipExisting } = given;
  if (overwrite && skipExisting)
    return yield (name) => `${name('overwrite')} and ${name('skipExisting')} cannot be used together`;
  const template = output || defaultTemplate;
  if (templateReason(template) !== undefined) return; // told already
  const { words } = parseTemplate(template);
  if (overwrite && count !== 1 && !words.has('task') && !words.has('index'))
    yield (name) =>
      `${name('overwrite')} would keep only one of ${count} pictures: put {index} or {task} into ${name('output')}`;
  else if (skipExisting && areNew && count !== 'many' && words.has('task'))
    yield (name) => neverSkips(name('skipExisting'), template);
}

/** Tells why no file of this name is ever there already. */
export function neverSkips(flag: string, template: string): string {
  return `${flag} would never skip a file named ${template}: {task} is new with each purchase. Name files without it, such as --output "{prompt}.{ext}"`;
}

/** Tells where a name that comes from somebody else would leave the folder. */
export function checkInside(
  output: string,
  folder: string,
  home: string | undefined,
  name: string,
  problems: string[],
): void {
  const path = expandHome(output, home).replaceAll('\\', '/');
  const way = relative(folder, resolve(folder, path));
  if (output === '-' || /^[a-z]:/i.test(path) || /^\.\.(\/|\\|$)/.test(way) || isAbsolute(way))
    problems.push(`Invalid ${name} ${quoted(output)}: it leaves the folder; name a file in it`);
}

/** Why a text is no name template; undefined where it is one. */
export function templateReason(text: string): string | undefined {
  try {
    parseTemplate(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.message;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
