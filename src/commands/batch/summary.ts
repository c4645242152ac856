import type { Context } from '../../context.ts';
import { exitCodes, someFailed } from '../../errors.ts';
import { goneSuccessors } from '../../report/report-entry.ts';
import type { ErrorReport } from '../../report/task-report.ts';

/** What becomes of a task, in the words of the last line. */
const fates = {
  made: 'made',
  failed: 'failed',
  before: 'made before',
  /** And not retried. */
  failedBefore: 'failed before',
  elsewhere: 'in another process',
  /** A file was changed by hand. */
  leftAlone: 'left alone',
};

export type Fate = keyof typeof fates;

/** What became of the tasks of a batch. */
export interface Tally extends Record<Fate, number> {
  total: number;
  /** Of the failed ones: bought, and no longer to be fetched. */
  gone: number;
  /** The exit codes of those that failed. */
  codes: Set<number>;
  /** Why no other task was begun. */
  halted?: ErrorReport;
}

export function newTally(total: number): Tally {
  const none = { made: 0, failed: 0, before: 0, failedBefore: 0, elsewhere: 0, leftAlone: 0 };
  return { total, ...none, gone: 0, codes: new Set() };
}

/**
 * Says how a batch ended, and what to do next. Returns its exit code.
 * @param spent how long it took and what it cost
 */
export function sayBatchEnd({ reporter }: Context, tally: Tally, wait: boolean, spent: readonly string[]): number {
  const names = Object.keys(fates) as Fate[];
  const words = { ...fates, made: wait ? fates.made : 'submitted' };
  const left = names.reduce((rest, name) => rest - tally[name], tally.total);
  const counts = names.map((name) => (name === 'made' || tally[name] > 0) && `${tally[name]} ${words[name]}`);
  const facts = [...counts, left > 0 && `${left} not begun`, ...spent];
  reporter.note(`Batch: ${facts.filter(Boolean).join(' · ')}`);
  const { made, before, failed, failedBefore, elsewhere, leftAlone, codes, gone, halted } = tally;
  if (halted) {
    const [successor] = goneSuccessors(halted);
    const again = successor === undefined ? 'again' : `with --model ${successor}`;
    reporter.next(`the same command ${again} continues with the missing rows`, 'Stopped early');
  } else if (gone > 0) reporter.next('the same command with --refetch-missing buy', 'Buy again what is gone');
  else if (failed + failedBefore > 0)
    reporter.next('the same command with --retry-failed', 'Try the failed ones again');
  else if (elsewhere > 0) reporter.next('the same command later goes on with what is missing', 'Not finished');
  if (halted?.code === 'interrupted') return exitCodes.interrupted;
  if (failed + failedBefore + left + leftAlone + elsewhere === 0) return 0;
  const [only = someFailed] = codes;
  return codes.size === 1 && made + before + failedBefore === 0 ? only : someFailed;
}
