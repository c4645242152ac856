import { open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { diskFailure } from '../../disk/disk-failure.ts';
import { makeFolder } from '../../disk/folder.ts';
import { place } from '../../disk/place.ts';
import { createTempFile } from '../../disk/temp-file.ts';
import { Failure } from '../../errors.ts';
import { galleryMark } from './page.ts';

const usualName = 'gallery.html';

/** The flags about where the page goes, as they were typed. */
interface TargetFlags {
  output?: string;
  overwrite?: boolean;
}

/**
 * Where the page goes. A gallery of ours that is there is replaced, any other file is a problem unless --overwrite
 * was typed.
 */
export async function checkGalleryTarget(
  { world, flags: { json } }: Context,
  { output, overwrite }: TargetFlags,
  problems: string[],
): Promise<string> {
  if (output === '-') {
    if (json) problems.push('--json and --output - both want stdout: save to a file, or leave --json out');
    if (world.stdout.isTerminal)
      problems.push('--output - would write a page to the terminal: pipe it, or name a file');
    return resolve(world.cwd, usualName);
  }
  const typed = resolve(world.cwd, output ?? usualName);
  const folder = await stat(typed).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  const path = folder ? join(typed, usualName) : typed;
  if (!overwrite && (await isForeign(path)))
    problems.push(`${path} exists and is no gallery: name another file with --output, or add --overwrite`);
  return path;
}

/** Writes the page to stdout. Answers its bytes. */
export async function printGallery(
  { world: { stdout } }: Context,
  page: AsyncIterable<string>,
): Promise<number> {
  let bytes = 0;
  for await (const part of inBlocks(page)) {
    if (stdout.isClosed()) break;
    await stdout.writeBytes(part);
    bytes += part.length;
  }
  return bytes;
}

/** Writes the page; it has its name when it is whole. Answers its bytes. */
export async function writeGallery(path: string, page: AsyncIterable<string>): Promise<number> {
  await makeFolder(dirname(path));
  const temp = await createTempFile(dirname(path));
  let bytes = 0;
  try {
    for await (const part of inBlocks(page)) {
      await temp.write(part);
      bytes += part.length;
    }
    await temp.finish();
    if ((await place(temp.path, path, true)) === 'placed') temp.forget();
    return bytes;
  } catch (error) {
    throw error instanceof Failure ? error : diskFailure(error, path);
  } finally {
    await temp.remove();
  }
}

async function isForeign(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(galleryMark.length), 0);
      return buffer.toString('latin1', 0, bytesRead) !== galleryMark;
    } finally {
      await file.close();
    }
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

const blockBytes = 256 * 1024;

/** Many small pieces are few writes. */
async function* inBlocks(texts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let waiting: string[] = [];
  let length = 0;
  for await (const text of texts) {
    waiting.push(text);
    length += text.length;
    if (length < blockBytes) continue;
    yield Buffer.from(waiting.join(''));
    waiting = [];
    length = 0;
  }
  yield Buffer.from(waiting.join(''));
}
