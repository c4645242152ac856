import { readFileSync } from 'node:fs';
import type { Context } from '../../context.ts';
import { invalid } from '../../errors.ts';

const maxPromptBytes = 1024 * 1024;

/**
 * The prompt from the words, a file or stdin, byte for byte; only the newline that ends a file is left out. Throws
 * `validation`.
 */
export async function readPrompt(
  context: Context,
  words: readonly string[],
  file: string | undefined,
): Promise<string> {
  const { stdin } = context.world;
  const fromStdin = (words.length === 1 && words[0] === '-') || file === '-';
  if (file !== undefined && words.length > 0) {
    throw invalid('the prompt is given twice: as words and with --prompt-file', 'Leave one of them out');
  }
  if (file !== undefined && !fromStdin) return decode(readFile(file), `--prompt-file ${file}`);
  if (words.length > 0 && !fromStdin) return words.join(' ');
  if (stdin.isTerminal) {
    if (!fromStdin)
      throw invalid(
        'there is no prompt',
        `Write it behind the command: ${context.command('generate "a mug"')}`,
      );
    context.reporter.note('Reading the prompt from the terminal: end it with Ctrl-D');
  }
  const text = decode(await readStdin(context), 'stdin');
  if (text.trim() !== '') return text;
  throw invalid(
    'the prompt is empty: stdin holds nothing',
    `Write it behind the command: ${context.command('generate "a mug"')}`,
  );
}

/** Every wait is said: a pipe that nobody writes to looks like a program that hangs. */
async function readStdin({ world, reporter }: Context): Promise<Buffer> {
  const stop = world.clock.every(2_000, () => {
    stop();
    if (!world.stdin.isTerminal) reporter.note('Waiting for the prompt on stdin');
  });
  return await world.stdin.readAll(maxPromptBytes).finally(stop);
}

function readFile(path: string): Buffer {
  const bytes = attempt(() => readFileSync(path));
  if (bytes.length > maxPromptBytes) throw invalid(`--prompt-file ${path} is larger than 1 MB`);
  return bytes;

  function attempt(read: () => Buffer): Buffer {
    try {
      return read();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw invalid(`--prompt-file ${path} cannot be read: ${reasons[code] ?? code}`);
    }
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
};

function decode(bytes: Buffer, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    throw invalid(`${source} is not UTF-8 text`, 'Save it as UTF-8');
  }
}
