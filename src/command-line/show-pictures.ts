import type { Context } from '../context.ts';
import type { ImageReport, TaskReport } from '../report/task-report.ts';
import { wantsColour } from '../terminal/colours.ts';
import type { Typed } from './flags.ts';

type ShownFlags = Typed<'preview' | 'open' | 'no-wait' | 'no-download'>;

/** Lines that stay free for what is said about the picture. */
const linesAround = 4;
const usualRows = 24;
/** A picture that takes longer to decode is not shown. */
const longestMs = 5000;

/** Every problem goes to `problems`, naming its flag. */
export function checkShowing(flags: ShownFlags, output: string, problems: string[]): void {
  const [flag] = [flags.preview && '--preview', flags.open && '--open'].filter(Boolean);
  if (!flag) return;
  if (output === '-') problems.push(`${flag} needs a file: leave --output - out`);
  if (flags.wait === false || flags.download === false)
    problems.push(`${flag} needs the picture: leave --no-wait and --no-download out`);
}

/** Shows the pictures of a task that were saved, in the terminal or in the system's viewer. Throws nothing. */
export async function showPictures(context: Context, report: TaskReport, flags: ShownFlags): Promise<void> {
  for (const image of report.images) {
    if (image.path === null) continue;
    if (flags.preview) await showHere(context, image, image.path);
    if (flags.open) await showOutside(context, image.path);
  }
}

/** Off a terminal there is nothing to show it on. */
async function showHere({ world, flags, reporter }: Context, image: ImageReport, path: string): Promise<void> {
  const { stderr, env } = world;
  if (!stderr.isTerminal || stderr.columns() === 0 || env.TERM === 'dumb') return;
  try {
    const { preview } = await import('../terminal/preview/preview.ts');
    const size = { width: image.width ?? 1, height: image.height ?? 1 };
    const rows = Math.max(linesAround, (stderr.stream.rows ?? usualRows) - linesAround);
    const screen = { env, colour: wantsColour(stderr, env, flags.color), columns: stderr.columns(), rows };
    const [, program = ''] = world.invocation;
    const deadline = world.deadline(longestMs);
    const picture = await preview(path, size, screen, program, deadline.signal);
    deadline.cancel();
    if (picture !== undefined) await reporter.picture(picture);
    else reporter.warn(`no preview of ${path}: this terminal cannot show it`);
  } catch (error) {
    reporter.warn(`no preview of ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Opens a file with the program that the system has for it, or warns that there is none. */
export async function showOutside({ world, reporter, credentials }: Context, path: string): Promise<void> {
  const { openInViewer } = await import('../terminal/viewer.ts');
  const { key } = await credentials();
  const reason = await openInViewer(path, world.clock, world.env, key?.apiKey);
  if (reason !== undefined) reporter.warn(`${path} cannot be shown in a viewer: ${reason}`);
}
