import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { prepareFolder } from '../disk/folder.ts';
import { noteProblem } from '../errors.ts';
import { fixedFolder, parseTemplate } from '../image/template.ts';
import type { Target } from '../journal/event.ts';

/** The flags about where pictures go, as they were typed. */
export interface NamingFlags {
  output?: string;
  dir?: string;
  overwrite?: boolean;
  skipExisting?: boolean;
  wait?: boolean;
  download?: boolean;
  sidecar?: boolean;
}

/** Where the pictures go, but for the index, which each gets. Every problem goes to `problems`, naming its flag. */
export function readTarget(
  context: Context,
  flags: NamingFlags,
  count: number,
  problems: string[],
): Omit<Target, 'index'> {
  const { settings } = context.stored;
  const folder = resolve(context.world.cwd, flags.dir ?? settings.dir ?? '.');
  let output = flags.output ?? settings.output ?? '';
  if (flags.dir?.trim() === '') problems.push('--dir is empty');
  if (flags.overwrite && flags.skipExisting)
    problems.push('--overwrite and --skip-existing exclude each other');
  if (output === '-') checkStdout(context, flags, count, problems);
  else if (flags.output !== undefined || output !== '') {
    if (output.trim() !== '' && isFolder(resolve(folder, output))) output = `${output}/`;
    checkTemplate(output, flags, count, problems);
  }
  return {
    folder,
    output,
    existing: flags.overwrite ? 'overwrite' : flags.skipExisting ? 'skip' : 'rename',
    ...(flags.sidecar && { sidecar: true }),
  };
}

/** Tries the folder, so that what is wrong with it is told before anything is paid. Throws `download`. */
export async function prepareTarget(
  context: Context,
  { folder, output }: Pick<Target, 'folder' | 'output'>,
): Promise<void> {
  if (output !== '-') await prepareFolder(resolve(folder, fixedFolder(output)));
  else if (waitingRoom(context, folder) === folder) await prepareFolder(folder);
}

/** Where a picture for stdout is until it is whole: beside the record, which is tried before anything is paid too. */
function waitingRoom({ flags, state }: Context, folder: string): string {
  return flags.record === false || state === undefined ? folder : state;
}

function checkStdout(
  { world, flags: { json } }: Context,
  flags: NamingFlags,
  count: number,
  problems: string[],
): void {
  if (json) problems.push('--json and --output - both want stdout: save to a file, or leave --json out');
  if (count > 1) problems.push(`--output - takes one picture, not ${count}`);
  if (flags.wait === false || flags.download === false)
    problems.push('--output - needs the picture: leave --no-wait and --no-download out');
  if (flags.sidecar) problems.push('--sidecar stands beside a file: leave --output - out');
  if (world.stdout.isTerminal)
    problems.push('--output - would write image bytes to the terminal: pipe it, or name a file');
}

function checkTemplate(output: string, flags: NamingFlags, count: number, problems: string[]): void {
  try {
    const { words } = parseTemplate(output);
    if (flags.overwrite && count > 1 && !words.has('task') && !words.has('index')) {
      problems.push(`--overwrite would leave one of ${count} pictures: put {index} or {task} into --output`);
    }
  } catch (error) {
    noteProblem(error, problems);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
