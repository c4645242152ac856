import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Source } from './tile.ts';

/** Puts the picture itself into the page, so that the page can be moved without it. */
export const embedded: Source = async ({ path, mime }) => {
  const type = /^image\/[a-z0-9.+-]+$/.test(mime) ? mime : 'application/octet-stream';
  return `data:${type};base64,${await readFile(path, 'base64')}`;
};

/** Links to the file from the page's folder, so that both can be moved together. */
export function linkedFrom(folder: string): Source {
  return async ({ path }) => {
    const way = relative(folder, path);
    if (isAbsolute(way)) return pathToFileURL(path).href; // on another drive
    // Through bytes: half a character in a name would stop encodeURIComponent.
    const parts = way.split(sep).map((part) => encodeURIComponent(Buffer.from(part).toString()));
    return parts.join('/');
  };
}
