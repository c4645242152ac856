import type { Context } from '../../context.ts';
import { exitCodes, someFailed } from '../../errors.ts';
import { goneSuccessors } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { formatDuration } from '../../task/duration.ts';

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

/** What became of the tasks of a batch. */
export interface BatchCount extends Record<keyof typeof fates, number> {
  total: number;
  /** Of the failed ones: bought, and no longer to be fetched. */
  gone: number;
  /** The exit codes of those that failed. */
  codes: Set<number>;
}

export function newCount(total: number): BatchCount {
  const none = { made: 0, failed: 0, before: 0, failedBefore: 0, elsewhere: 0, leftAlone: 0 };
  return { total, ...none, gone: 0, codes: new Set() };
}

/**
 * Says how a batch ended, and what to do next. Answers its exit code.
 * @param spent what it cost; empty where nothing was bought
 */
export function sayBatchEnd(
  { reporter }: Context,
  count: BatchCount,
  {
    halted,
    wait,
    elapsedMs,
    spent,
  }: { halted: TaskReport | undefined; wait: boolean; elapsedMs: number; spent: string },
): number {
  const words = { ...fates, made: wait ? fates.made : 'submitted' };
  const names = Object.keys(fates) as Array<keyof typeof fates>;
  const left = names.reduce((rest, name) => rest - count[name], count.total);
  const facts = [
    ...names.map((name) => (name === 'made' || count[name] > 0) && `${count[name]} ${words[name]}`),
    left > 0 && `${left} not begun`,
    formatDuration(elapsedMs),
    spent,
  ];
  reporter.note(`Batch: ${facts.filter(Boolean).join(' · ')}`);
  const [successor] = halted?.error ? goneSuccessors(halted.error) : [];
  const again = successor === undefined ? 'again' : `with --model ${successor}`;
  if (halted) reporter.next(`the same command ${again} continues with the missing rows`, 'Stopped early');
  else if (count.gone > 0) reporter.next('the same command with --refetch-missing buy', 'Buy again what is gone');
  else if (count.failed + count.failedBefore > 0)
    reporter.next('the same command with --retry-failed', 'Try the failed ones again');
  else if (count.elsewhere > 0) reporter.next('the same command later goes on with what is missing', 'Not finished');
  const undone = left + count.leftAlone + count.elsewhere;
  return halted?.error?.code === 'interrupted' ? exitCodes.interrupted : exitCode(count, undone);
}

function exitCode({ made, before, failed, failedBefore, codes }: BatchCount, left: number): number {
  if (failed + failedBefore + left === 0) return 0;
  const [only] = codes;
  return codes.size === 1 && made + before + failedBefore === 0 && only !== undefined ? only : someFailed;
}
