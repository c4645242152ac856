import { removeTempFiles } from '../disk/temp-file.ts';
import type { Entry } from '../journal/entry.ts';
import { resumeCommand } from '../report/report-entry.ts';
import type { Work } from './work.ts';

const mostNamed = 5;

/**
 * What happens at a signal, all of it at once: temporary files go, requests that never left are closed as given up,
 * and the last line says which tasks go on at the service and how to take them up.
 */
export function stopGracefully(work: Work): void {
  const { context, fates, runs, wishes } = work;
  context.world.onStop((signal) => {
    context.reporter.progress.stop();
    removeTempFiles();
    const left: Entry[] = [];
    for (const run of new Set([...context.journal.owned(), ...runs])) {
      for (const entry of [...run.open.values()]) {
        const fate = fates.get(entry.key);
        // Another task of a run that was taken over, or one that was let go as it was asked for.
        if (!fate || (entry.letGo && !wishes.wait)) continue;
        if (entry.accepted || fate.uncertain) left.push(entry);
        else giveUp(entry.key);
      }

      function giveUp(key: string): void {
        try {
          run.appendNow({
            event: 'ended',
            key,
            at: context.world.clock.now(),
            how: 'given-up',
            message: signal,
          });
        } catch {
          // It will be sent by a later `resume`: not what was wished, and nothing is lost.
        }
      }
    }
    return lastLine(work, left);
  });
}

function lastLine({ context }: Work, left: readonly Entry[]): string {
  if (left.length === 0) return 'Stopped: nothing new was bought';
  const ids = left.flatMap(({ accepted }) => (accepted ? [accepted.id] : []));
  const named =
    ids.slice(0, mostNamed).join(', ') +
    (ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '');
  const what =
    ids.length > 0
      ? `${ids.length > 1 ? 'tasks' : 'task'} ${named} went on`
      : 'a request may have been accepted';
  const commands = left.map((entry) => resumeCommand(context, entry));
  const recorded = context.flags.record !== false;
  const all = context.command(left.some(({ letGo }) => letGo) ? 'resume --all' : 'resume');
  const command = commands.length > 1 && recorded ? all : commands.find(Boolean);
  return `Stopped: ${what}${command ? `. Take up: ${command}` : ''}`;
}
