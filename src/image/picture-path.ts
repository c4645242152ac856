import { extensionOf, numbered } from './file-name.ts';
import { defaultTemplate, type NameValues, parseTemplate, renderTemplate } from './template.ts';

/** Which of the pictures that want the same name this one is. */
export interface Place {
  /** From 0, of the pictures of one task. */
  picture: number;
  /** From 1: the n-th try to find a free name. */
  attempt: number;
}

/**
 * The path of a picture below (or, if the user typed it so, outside) its folder, with `/` between folders. Its extension
 * is that of the bytes, whatever was typed.
 */
export function picturePath(
  { output, mark }: { output: string; mark?: string | undefined },
  values: NameValues,
  { picture, attempt }: Place,
): string {
  const path = renderTemplate(parseTemplate(output || defaultName(mark)), values);
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
  const typed = extensionOf(output).slice(1).toLowerCase();
  return typed !== '' && typed.replace('jpeg', 'jpg') !== ext;
}

const pictureExtension = /\.(png|jpe?g|webp|gif|avif|heic|bmp|tiff?)$/i;

function withExtension(name: string, ext: string): string {
  return isMisnamed(name, ext) ? `${name.replace(pictureExtension, '')}.${ext}` : name;
}

/** The part of the output's folder that is the same for every picture: it can be tried before anything is paid. */
export function fixedFolder(output: string): string {
  const { root, components } = parseTemplate(output || defaultTemplate);
  const folders = components.slice(0, -1);
  const firstOpen = folders.findIndex((parts) => parts.some((part) => typeof part !== 'string'));
  const fixed = firstOpen < 0 ? folders : folders.slice(0, firstOpen);
  return root + fixed.map((parts) => parts.join('')).join('/');
}
