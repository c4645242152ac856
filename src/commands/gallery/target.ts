import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { diskFailure } from '../../disk/disk-failure.ts';
import { makeFolder } from '../../disk/folder.ts';
import { readPart } from '../../disk/read-part.ts';
import { createTempFile } from '../../disk/temp-file.ts';
import { Failure } from '../../errors.ts';
import { galleryMark } from './page.ts';

const usualName = 'gallery.html';

/** Answers where the page goes. Only a gallery is replaced, unless --overwrite was typed. */
export async function checkGalleryTarget(
  { world, flags: { json } }: Context,
  { output, overwrite }: { output?: string; overwrite?: boolean },
  problems: string[],
): Promise<string> {
  if (output === '-') {
    if (json) problems.push('--json and --output - both write to stdout: name a file, or leave out --json');
    if (world.stdout.isTerminal)
      problems.push('--output - would print the page on the terminal: pipe it, or name a file');
    return resolve(world.cwd, usualName);
  }
  const typed = resolve(world.cwd, output ?? usualName);
  const isFolder = (await stat(typed).catch(() => undefined))?.isDirectory();
  const path = isFolder ? join(typed, usualName) : typed;
  if (!overwrite && (await isForeign(path)))
    problems.push(`${path} exists and is not a gallery: name another file with --output, or add --overwrite`);
  return path;
}

/** A FIFO is not opened: that would hang. */
async function isForeign(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.isFile()) return facts !== undefined;
  const beginning = await readPart(path, 0, galleryMark.length).catch(() => undefined);
  return beginning?.toString('latin1') !== galleryMark;
}

/** Writes the page to a file, which gets its name when it is whole. Answers its bytes. */
export async function writeGallery(path: string, page: AsyncIterable<string>): Promise<number> {
  await makeFolder(dirname(path));
  const temp = await createTempFile(dirname(path));
  let size = 0;
  try {
    for await (const part of page) {
      const bytes = Buffer.from(part);
      await temp.write(bytes);
      size += bytes.length;
    }
    await temp.finish();
    await temp.place(path, true);
    return size;
  } catch (error) {
    throw error instanceof Failure ? error : diskFailure(error, path);
  } finally {
    await temp.remove();
  }
}
