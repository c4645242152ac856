import type { Context } from '../context.ts';
import { tellAll } from '../problems.ts';
import { askYes } from '../terminal/ask-yes.ts';
import { type FilterFlags, readFilter } from './history-filter.ts';

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
  const { keys, unfinished, running } = await journal.forgettable((entry) => {
    const chosen = matches(entry);
    if (chosen && entry.intended.row && entry.ended) rows += 1;
    return chosen;
  });
  if (keys.size > 0) {
    if (rows > 0) {
      reporter.warn(
        'among them are rows of batches: a batch that is run again makes, and pays for, rows that nobody remembers',
      );
    }
    if (!flags.yes && !(await agreed(context, keys.size))) {
      reporter.note('Nothing was forgotten');
      return 0;
    }
    await journal.forget(keys);
  }
  const removed = keys.size;
  reporter.note(
    removed > 0 ? `Forgotten: ${counted(removed)}. The pictures stay` : 'There is nothing to forget',
  );
  if (unfinished > 0)
    reporter.next(context.command('resume --all'), `${stay(unfinished)} unfinished. Finish`);
  if (running > 0) reporter.note(`${stay(running)} of a run that goes on`);
  await reporter.data({ removed, kept: { unfinished, running } }, '');
  return 0;
}

function agreed({ world }: Context, count: number): Promise<boolean> {
  return askYes(`Forget ${counted(count)}? The pictures stay.`, world.stdin, world.stderr);
}

function counted(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}

function stay(count: number): string {
  return count === 1 ? '1 task stays: it is' : `${count} tasks stay: they are`;
}
