import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import { type FilterFlags, readFilter } from '../../report/history-filter.ts';
import { waitsToBeSaved } from '../../report/recorded-report.ts';
import { askYes } from '../../terminal/ask.ts';

export interface ClearFlags extends FilterFlags {
  yes?: boolean;
}

/** Forgets finished tasks: their records go, their pictures stay. Answers the exit code. */
export async function clearHistory(context: Context, flags: ClearFlags): Promise<number> {
  const { world, reporter, journal } = context;
  const problems: string[] = [];
  const { matches } = readFilter(context, flags, problems);
  if (!flags.yes && !world.stdin.isTerminal)
    problems.push('history clear asks before it forgets, and nobody can answer here: add --yes');
  if (problems.length > 0) throw tellAll(problems);

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
    if (!flags.yes && !(await agreed(context, keys.size))) {
      reporter.note('Nothing was forgotten');
      return 0;
    }
    await journal.forget(keys);
  }
  sayWhatStays(context, { removed: keys.size, unfinished, running, waiting: [...paidFor.values()] });
  const kept = { unfinished, running, not_downloaded: paidFor.size };
  await reporter.data({ removed: keys.size, kept }, '');
  return 0;
}

const forgottenRows =
  'among them are rows of batches: a batch that is run again makes, and pays for, rows that nobody remembers';

/** Its id is all that leads to the pictures. */
function isPaidFor({ world }: Context, entry: Entry): boolean {
  return !entry.intended.server.sandbox && waitsToBeSaved(entry, world.clock.now());
}

function agreed({ world }: Context, count: number): Promise<boolean> {
  return askYes(`Forget ${counted(count)}? The pictures stay.`, world.stdin, world.stderr);
}

interface Outcome {
  removed: number;
  unfinished: number;
  running: number;
  /** The ids of those that were not downloaded. */
  waiting: readonly string[];
}

const mostNamed = 5;

function sayWhatStays(
  { reporter, command }: Context,
  { removed, unfinished, running, waiting }: Outcome,
): void {
  reporter.note(
    removed > 0 ? `Forgotten: ${counted(removed)}. The pictures stay` : 'There is nothing to forget',
  );
  if (unfinished > 0) reporter.next(command('resume --all'), `${stay(unfinished)} unfinished. Finish`);
  if (running > 0) reporter.note(`${stay(running)} of a run that goes on`);
  if (waiting.length > 0) {
    const named = waiting.slice(0, mostNamed).join(' ');
    reporter.next(command(`download ${named}`), `${stay(waiting.length)} not downloaded yet. Save`);
  }
}

function counted(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}

function stay(count: number): string {
  return count === 1 ? '1 task stays: it is' : `${count} tasks stay: they are`;
}
