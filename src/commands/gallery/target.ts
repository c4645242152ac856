import { constants, open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { diskFailure } from '../../disk/disk-failure.ts';
import { makeFolder } from '../../disk/folder.ts';
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
  const there = await stat(typed).catch(() => undefined);
  const path = there?.isDirectory() ? join(typed, usualName) : typed;
  if (!overwrite && (await isForeign(path)))
    problems.push(`${path} exists and is not a gallery: name another file with --output, or add --overwrite`);
  return path;
}

/** Writes the page to stdout. */
export async function printGallery({ world }: Context, page: AsyncIterable<string>): Promise<void> {
  for await (const part of page) {
    if (world.stdout.isClosed()) break;
    await world.stdout.writeBytes(Buffer.from(part));
  }
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

async function isForeign(path: string): Promise<boolean> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // a FIFO must not hang
    const { buffer } = await file.read(Buffer.alloc(galleryMark.length), 0).finally(() => file.close());
    return buffer.toString('latin1') !== galleryMark;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
