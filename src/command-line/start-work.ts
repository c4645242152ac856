import type { Context } from '../context.ts';
import { diskFailure } from '../disk/disk-failure.ts';
import type { TaskEntry } from '../journal/entry.ts';
import { createWork, type Listener, type Work } from '../paid-task/engine.ts';
import { abandon } from '../paid-task/stop.ts';
import { resumeCommand } from '../report/report-entry.ts';
import { idWords } from '../report/shell-command.ts';
import type { Wishes } from '../request/wishes.ts';

const mostNamed = 5;

export interface WorkOptions {
  /** Gets the events of the tasks, as the reporter does. */
  listener?: Partial<Listener>;
  /** Has a person at a terminal agree to a large purchase. */
  confirm?: Work['confirm'];
  /** The last line after a signal, from the tasks that go on; undefined to name the tasks. */
  lastLine?(left: readonly TaskEntry[]): string | undefined;
}

/**
 * Starts the work of one command: pictures for stdout go there, and a signal ends it at once with a line that names
 * the tasks that go on and the command that takes them up.
 */
export function startWork(context: Context, wishes: Wishes, { listener, confirm, lastLine }: WorkOptions = {}): Work {
  const { engine, world, reporter } = context;
  const work: Work = {
    ...createWork({ ...engine, listener: { ...engine.listener, ...listener } }, wishes),
    pipe: (picture, entry) => toStdout(context, picture, entry),
    confirm,
  };
  world.onStop((signal) => {
    reporter.progress.stop();
    const left = abandon(work, signal);
    return lastLine?.(left) ?? tasksLine(context, left);
  });
  return work;
}

async function toStdout(
  { reporter, world, command }: Context,
  picture: AsyncIterable<Uint8Array>,
  entry: TaskEntry,
): Promise<boolean> {
  const { stdout } = world;
  reporter.progress.stop();
  for await (const chunk of picture) {
    await stdout.writeBytes(chunk);
    const fault = stdout.fault();
    if (fault) throw diskFailure(fault, 'stdout');
    if (!stdout.isClosed()) continue;
    // The reader closed the pipe. That is not a failure, and the picture can still be downloaded.
    const save = entry.accepted ? `: ${command(`download ${idWords([entry.accepted.id])}`)} saves it` : '';
    reporter.warn(`stdout was closed before it had the whole picture${save}`);
    return false;
  }
  return true;
}

function tasksLine(context: Context, left: readonly TaskEntry[]): string {
  if (left.length === 0) return 'Stopped: nothing new was bought';
  const commands = left.map((entry) => resumeCommand(context, entry));
  const recorded = context.flags.record !== false;
  const all = context.command(left.some(({ letGo }) => letGo) ? 'resume --all' : 'resume');
  const command = commands.length > 1 && recorded ? all : commands.find(Boolean);
  return `Stopped: ${whatGoesOn(left)}${command ? `. Continue with: ${command}` : ''}`;
}

/** `tasks tsk_1, tsk_2 went on` */
export function whatGoesOn(left: readonly TaskEntry[]): string {
  const ids = left.flatMap(({ accepted }) => (accepted ? [accepted.id] : []));
  if (ids.length === 0) return 'a request may have been accepted';
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '';
  return `${ids.length > 1 ? 'tasks' : 'task'} ${ids.slice(0, mostNamed).join(', ')}${more} went on`;
}
