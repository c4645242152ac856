import type { FilterFlags } from '../../command-line/flags.ts';
import { readFilter } from '../../command-line/history-filter.ts';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import { waitsToBeSaved } from '../../report/report-entry.ts';
import { idWords } from '../../report/shell-command.ts';
import { askYes } from '../../terminal/ask.ts';

export interface ClearFlags extends FilterFlags {
  yes?: boolean;
}

/** Deletes the records of finished tasks; their pictures stay. Returns the exit code. */
export async function clearHistory(context: Context, flags: ClearFlags): Promise<number> {
  const { world, reporter, journal } = context;
  const problems: string[] = [];
  const { matches } = readFilter(context, flags, problems);
  if (!flags.yes && !world.stdin.isTerminal)
    problems.push('history clear asks for confirmation, which needs a terminal: add --yes');
  if (problems.length > 0) throw tellAll(problems, { sends: false });

  let rows = 0;
  const paidFor = new Map<string, string>();
  const { keys, unfinished, running } = await journal.forgettable((entry) => {
    if (!matches(entry)) return false;
    if (entry.intended.row && entry.ended) rows += 1;
    const waits = isPaidFor(context, entry);
    if (waits) paidFor.set(entry.key, entry.accepted?.id ?? '');
    return !waits;
  });
  for (const key of keys) paidFor.delete(key); // a later run has saved it
  if (keys.size > 0) {
    if (rows > 0) reporter.warn(forgottenRows);
    const question = `Delete the records of ${counted(keys.size)}? The pictures are kept.`;
    if (!flags.yes && !(await askYes(question, world.stdin, world.stderr))) {
      reporter.note('Nothing was deleted');
      return 0;
    }
    await journal.forget(keys);
  }
  const waiting = [...paidFor.values()];
  reporter.note(
    keys.size > 0 ? `Deleted the records of ${counted(keys.size)}; the pictures are kept` : 'Nothing to delete',
  );
  if (unfinished > 0)
    reporter.next(context.command('resume --all'), `Kept ${counted(unfinished)} that did not finish. To finish`);
  if (running > 0) reporter.note(`Kept ${counted(running)} of a run that is still going`);
  if (waiting.length > 0) {
    const named = idWords(waiting.slice(0, mostNamed));
    reporter.next(context.command(`download ${named}`), `Kept ${counted(waiting.length)} not downloaded yet. To save`);
  }
  const kept = { unfinished, running, not_downloaded: paidFor.size };
  await reporter.data({ removed: keys.size, kept }, '');
  return 0;
}

/** Of the tasks that were not downloaded, so many are named. */
const mostNamed = 5;
const forgottenRows = 'some of them are batch rows: running the batch again will make and pay for them again';

/** Tells whether pictures still wait at the service: without the id they would be lost. */
function isPaidFor({ world }: Context, entry: Entry): boolean {
  return !entry.intended.server.sandbox && waitsToBeSaved(entry, world.clock.now());
}

function counted(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}
