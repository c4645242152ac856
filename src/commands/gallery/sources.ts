import { createHash } from 'node:crypto';
import { constants, lstat, open } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Found, PictureFile, Source } from './tile.ts';

const changed = { lost: 'changed', why: 'The file was changed after it was saved' } as const;

/** Embeds the picture, so that the page can be moved without it. Nothing is embedded but what was saved. */
export const embedded: Source = (file) =>
  whereSaved(file, async () => {
    // Between the look and the opening another file may have taken the name: a FIFO must not hang.
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const handle = await open(file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const facts = await handle.stat();
      if (!facts.isFile() || facts.size !== file.bytes) return changed;
      const content = await handle.readFile();
      if (createHash('sha256').update(content).digest('hex') !== file.sha256) return changed;
      const type = /^image\/[a-z0-9.+-]+$/.test(file.mime) ? file.mime : 'application/octet-stream';
      return { address: `data:${type};base64,${content.toString('base64')}` };
    } finally {
      await handle.close();
    }
  });

/** Links to the file from the page's folder, so that both can be moved together. */
export function linkedFrom(folder: string): Source {
  return (file) =>
    whereSaved(file, async () => {
      const way = relative(folder, file.path);
      if (isAbsolute(way)) return { address: pathToFileURL(file.path).href }; // on another drive
      // Through bytes: half a character in a name would stop encodeURIComponent.
      const parts = way.split(sep).map((part) => encodeURIComponent(Buffer.from(part).toString()));
      return { address: parts.join('/') };
    });
}

async function whereSaved({ path, bytes }: PictureFile, find: () => Promise<Found>): Promise<Found> {
  try {
    const facts = await lstat(path);
    if (!facts.isFile()) return { lost: 'changed', why: 'Not a regular file any more' };
    return facts.size === bytes ? await find() : changed;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const gone = code === 'ENOENT' || code === 'ENOTDIR';
    return { lost: 'missing', why: gone ? 'The file is missing' : `The file cannot be read (${code})` };
  }
}
