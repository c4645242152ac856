import type { Context } from '../../context.ts';
import { exitCodes, someFailed } from '../../errors.ts';
import { goneSuccessors } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { formatDuration } from '../../task/duration.ts';

/** What became of the tasks of a batch. */
export interface BatchCount {
  total: number;
  made: number;
  failed: number;
  /** Earlier runs had made it. */
  before: number;
  /** It failed in an earlier run, and was not tried again. */
  failedBefore: number;
  /** Another process has it. */
  elsewhere: number;
  /** Its file was changed by hand: not replaced. */
  leftAlone: number;
  /** The exit codes of those that failed. */
  codes: Set<number>;
}

export function newCount(total: number): BatchCount {
  return { total, made: 0, failed: 0, before: 0, failedBefore: 0, elsewhere: 0, leftAlone: 0, codes: new Set() };
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
  const settled = count.made + count.failed + count.before + count.failedBefore;
  const left = count.total - settled - count.elsewhere - count.leftAlone;
  const facts = [
    `${count.made} ${wait ? 'made' : 'submitted'}`,
    count.failed > 0 && `${count.failed} failed`,
    count.before > 0 && `${count.before} made before`,
    count.failedBefore > 0 && `${count.failedBefore} failed before`,
    count.elsewhere > 0 && `${count.elsewhere} in another process`,
    count.leftAlone > 0 && `${count.leftAlone} left alone`,
    left > 0 && `${left} not begun`,
    formatDuration(elapsedMs),
    spent,
  ];
  reporter.note(`Batch: ${facts.filter(Boolean).join(' · ')}`);
  const [successor] = halted?.error ? goneSuccessors(halted.error) : [];
  const again = successor === undefined ? 'again' : `with --model ${successor}`;
  if (halted) reporter.next(`the same command ${again} goes on with what is missing`, 'Stopped early');
  else if (count.failed + count.failedBefore > 0)
    reporter.next('the same command with --retry-failed', 'Try the failed ones again');
  return halted?.error?.code === 'interrupted' ? exitCodes.interrupted : exitCode(count, left + count.leftAlone);
}

function exitCode({ made, before, failed, failedBefore, codes }: BatchCount, left: number): number {
  if (failed + failedBefore + left === 0) return 0;
  const [only] = codes;
  return codes.size === 1 && made + before + failedBefore === 0 && only !== undefined ? only : someFailed;
}
