import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { isPipeName, nameOfBatch } from '../../disk/batch-name.ts';
import { makeFolders } from '../../disk/folder.ts';
import { readStream } from '../../disk/read-stream.ts';
import { createTempFile } from '../../disk/temp-file.ts';
import { Failure, invalid } from '../../errors.ts';
import { formatOf, type RowFile, textFault } from './format.ts';
import type { PromptTemplate } from './row.ts';

/** A batch file that can be read twice: once to check it, once to do it. */
export interface BatchSource extends RowFile {
  /** Names the batch in the record. */
  name: string;
  /** It was a pipe. */
  isCopy: boolean;
  remove(): Promise<void>;
}

/** Throws `validation` for a file that is missing, or is not text. A pipe is copied into the state folder first. */
export async function openSource(
  context: Context,
  file: string,
  prompt: PromptTemplate | undefined,
): Promise<BatchSource> {
  const { cwd } = context.world;
  const shown = file === '-' ? 'stdin' : file;
  const path = resolve(cwd, file);
  const copy = isStdin(file) || isPipe(path, file) ? await spool(context, file, shown) : undefined;
  const remove = copy?.remove ?? (async () => undefined);
  try {
    const real = copy?.path ?? path;
    const fault = await textFault(real);
    if (fault) throw invalid(`${shown} ${fault}`, 'Save it as UTF-8 (in Excel: CSV UTF-8)');
    const variables = prompt?.variables ?? new Set();
    const format = await formatOf(real, { named: file, shown, variables });
    return { path: real, shown, format, name: nameOfBatch(cwd, file), isCopy: copy !== undefined, remove };
  } catch (error) {
    await remove();
    throw error instanceof Failure ? error : unreadable(error, shown);
  }
}

function isStdin(file: string): boolean {
  return file === '-' || file === '/dev/stdin';
}

/** Throws `validation` where there is no such file. */
function isPipe(path: string, shown: string): boolean {
  try {
    const facts = statSync(path);
    if (facts.isDirectory()) throw invalid(`${shown} is a folder, not a batch file`);
    if (facts.isCharacterDevice() || facts.isBlockDevice()) throw invalid(`${shown} is a device, not a batch file`);
    return !facts.isFile() || isPipeName(shown);
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(error, shown);
  }
}

function unreadable(error: unknown, shown: string): Failure {
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'no permission' : (code ?? error);
  return invalid(`${shown} cannot be read: ${reason}`);
}

/** A pipe without end must not fill the disk. */
const mostSpooled = 10 ** 9;

/** Copies a pipe, which can be read once. Every wait is said: nobody may write to it. */
async function spool({ world, reporter, state }: Context, file: string, shown: string) {
  const { stdin, cwd, clock } = world;
  const isTyped = isStdin(file) && stdin.isTerminal;
  if (isTyped) reporter.note('Reading rows from the terminal: end them with Ctrl-D');
  if (state) await makeFolders(state, 0o700);
  const copy = await createTempFile(state ?? cwd);
  const stopTelling = clock.every(2_000, () => {
    stopTelling();
    if (!isTyped) reporter.note(`Waiting for the rows of ${shown}`);
  });
  let bytes = 0;
  try {
    const chunks = isStdin(file) ? stdin.stream : await readStream(resolve(cwd, file));
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
      stopTelling();
      bytes += chunk.length;
      if (bytes > mostSpooled) throw invalid(`${shown} holds more than 1 GB`, 'Name a file instead');
      await copy.write(chunk);
    }
    await copy.finish();
    return copy;
  } catch (error) {
    await copy.remove();
    throw error instanceof Failure ? error : unreadable(error, shown);
  } finally {
    stopTelling();
  }
}
