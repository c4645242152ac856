import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { makeFolders } from '../../disk/make-folders.ts';
import { createTempFile } from '../../disk/temp-file.ts';
import { Failure, invalid } from '../../errors.ts';
import { isUtf8 } from './is-utf8.ts';
import { type BatchFormat, formatOf } from './read-rows.ts';
import { batchName } from './row-key.ts';

/** A batch file that can be read twice: once to check it, once to do it. */
export interface BatchSource {
  path: string;
  format: BatchFormat;
  /** Names the batch in the record. */
  name: string;
  remove(): Promise<void>;
}

/** How the record names the batch of a file, whether the file is still there or not. */
export function nameOfBatch({ world: { cwd } }: Context, file: string): string {
  return batchName(file === '-' || /^\/(dev|proc)\//.test(file) ? `stdin in ${cwd}` : resolve(cwd, file));
}

/** Throws `validation` for a file that is not there or no text. stdin is copied into the state folder first. */
export async function openBatch(context: Context, file: string): Promise<BatchSource> {
  const { cwd } = context.world;
  if (file === '-') return await spool(context, file);
  const path = resolve(cwd, file);
  try {
    const facts = statSync(path);
    if (facts.isDirectory()) throw invalid(`${file} is a folder, not a batch file`);
    if (!facts.isFile()) return await spool(context, file, createReadStream(path)); // a pipe is read once
    if (!(await isUtf8(path))) throw notUtf8(file);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw invalid(`${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`);
  }
  return {
    path,
    format: await formatOf(path),
    name: nameOfBatch(context, file),
    remove: async () => undefined,
  };
}

async function spool(context: Context, file: string, pipe?: AsyncIterable<Uint8Array>): Promise<BatchSource> {
  const { stdin, cwd } = context.world;
  if (!pipe && stdin.isTerminal)
    context.reporter.note('Reading rows from the terminal: end them with Ctrl-D');
  if (context.state) await makeFolders(context.state, 0o700);
  const copy = await createTempFile(context.state ?? cwd);
  for await (const chunk of pipe ?? (stdin.stream as AsyncIterable<Uint8Array>)) await copy.write(chunk);
  await copy.finish();
  if (!(await isUtf8(copy.path))) {
    await copy.remove();
    throw notUtf8(pipe ? file : 'stdin');
  }
  return {
    path: copy.path,
    format: await formatOf(copy.path),
    name: nameOfBatch(context, file),
    remove: copy.remove,
  };
}

function notUtf8(source: string): Failure {
  return invalid(`${source} is not UTF-8 text`, 'Save it as UTF-8 (in Excel: CSV UTF-8)');
}
