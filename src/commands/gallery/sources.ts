import { lstat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSaved } from '../../disk/examine.ts';
import type { SavedFile } from '../../journal/event.ts';

/** Where the page gets a picture from, or why it cannot. */
export type Found = { address: string } | { lost: 'missing' | 'changed'; why: string };

const changed = { lost: 'changed', why: 'The file was changed after it was saved' } as const;

/**
 * Embeds a picture, or links to it by its way from the page's folder, so that both can be moved together. Only the
 * regular file that was saved is taken: another may hold a secret.
 */
export async function findPicture(file: SavedFile, folder: string, embeds: boolean): Promise<Found> {
  try {
    const facts = await lstat(file.path);
    if (!facts.isFile()) return { lost: 'changed', why: 'Not a regular file any more' };
    if (facts.size !== file.bytes) return changed;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const gone = code === 'ENOENT' || code === 'ENOTDIR';
    return { lost: 'missing', why: gone ? 'The file is missing' : `The file cannot be read (${code})` };
  }
  if (!embeds) return { address: linkTo(file.path, folder) };
  const content = readSaved(file.path, file.sha256, file.bytes);
  if (!content) return changed;
  const type = /^image\/[a-z0-9.+-]+$/.test(file.mime) ? file.mime : 'application/octet-stream';
  return { address: `data:${type};base64,${Buffer.from(content).toString('base64')}` };
}

function linkTo(path: string, folder: string): string {
  const way = relative(folder, path);
  if (isAbsolute(way)) return pathToFileURL(path).href; // on another drive
  // Through bytes: half a character in a name would stop encodeURIComponent.
  const parts = way.split(sep).map((part) => encodeURIComponent(Buffer.from(part).toString()));
  return parts.join('/');
}
