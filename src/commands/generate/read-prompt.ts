import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { readStream } from '../../disk/read-stream.ts';
import { Failure, invalid } from '../../errors.ts';
import { mostPictureBytes } from '../../paid-task/input-pictures.ts';
import { expandHome } from '../../task/home-path.ts';

const maxPromptBytes = 1024 * 1024;

/** Reads the prompt from the words, a file or stdin. Throws `validation`. */
export async function readPrompt(
  context: Context,
  words: readonly string[],
  { promptFile: file, image: pictures = [] }: { promptFile?: string; image?: string[] },
): Promise<string> {
  const { world, reporter } = context;
  const { stdin } = world;
  const fromStdin = (words.length === 1 && words[0] === '-') || file === '-' || file === '/dev/stdin';
  if (file !== undefined && words.length > 0) {
    throw invalid('The prompt is given twice, as words and with --prompt-file: leave one of them out');
  }
  if (file !== undefined && !fromStdin) {
    const source = `--prompt-file ${file}`;
    return decode(await waited(context, `prompt on ${source}`, readFile(context, file)), source);
  }
  if (words.length > 0 && !fromStdin) return words.join(' ');
  const example = `Write it after the command: ${context.command('generate "a mug"')}`;
  if (pictures.includes('-'))
    throw invalid('With --image - stdin gives the picture, and cannot give the prompt too', example);
  if (stdin.isTerminal && !fromStdin) throw invalid('There is no prompt', example);
  if (stdin.isTerminal) {
    reporter.note('Reading the prompt from the terminal: end it with Ctrl-D');
    return decode(await stdin.readAll(maxPromptBytes), 'stdin');
  }
  const text = decode(await waited(context, 'prompt on stdin', stdin.readAll(maxPromptBytes)), 'stdin');
  if (text.trim() !== '') return text;
  throw invalid('The prompt is empty: stdin holds nothing', example);
}

/** Reads the picture of `--image -`. Throws `validation`. */
export async function readPicture(context: Context): Promise<Buffer> {
  const { stdin } = context.world;
  if (stdin.isTerminal) throw invalid('Invalid --image "-": stdin is a terminal; pipe a picture into the command');
  return await waited(context, 'picture on stdin', stdin.readAll(mostPictureBytes));
}

/** Prints a note after two seconds: a silent pipe looks like a program that hangs. */
async function waited({ world, reporter }: Context, what: string, bytes: Promise<Buffer>): Promise<Buffer> {
  const stop = world.clock.every(2_000, () => {
    stop();
    reporter.note(`Waiting for the ${what}`);
  });
  return await bytes.finally(stop);
}

async function readFile({ world: { cwd, home } }: Context, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of await readStream(resolve(cwd, expandHome(file, home)))) {
      bytes += chunk.length;
      if (bytes > maxPromptBytes) throw invalid(`--prompt-file ${file} is larger than 1 MB`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw invalid(`--prompt-file ${file} cannot be read: ${reasons[code] ?? code}`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
};

function decode(bytes: Buffer, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid(`${source} is not UTF-8 text`, 'Save it as UTF-8');
  }
}
