import type { Step } from '../paid-task/engine.ts';
import { formatDuration } from '../task/duration.ts';
import { printable } from '../terminal/printable.ts';
import type { StatusLine } from '../terminal/status-line.ts';
import type { Clock } from '../world.ts';

/**
 * Shows the progress of the tasks, on stderr only.
 * @param line undefined to say nothing
 */
export function createProgress(line: StatusLine | undefined, clock: Clock) {
  const running = new Map<string, Step>();
  const tally: Tally = { total: 1, done: 0, failed: 0, spent: '', running };
  let began: number | undefined;
  let stopTicking: (() => void) | undefined;

  function show(changed: boolean): void {
    began ??= clock.monotonic();
    stopTicking ??= line && clock.every(1000, () => show(false));
    if (running.size > 0) line?.show(printable(tallyText(tally, clock.monotonic() - began)), changed);
  }

  return {
    /** Sets the number of tasks; undefined while it is unknown. */
    expect(total: number | undefined): void {
      tally.total = total;
    },
    step(key: string, step: Step): void {
      const before = running.get(key);
      running.set(key, step);
      // With many tasks, a line for each change would be too much.
      show(tally.total === 1 && before?.doing !== step.doing);
    },
    /** The task has ended; `spent`: what all of them cost so far. */
    ended(key: string, failed: boolean, spent = ''): void {
      running.delete(key);
      tally[failed ? 'failed' : 'done'] += 1;
      tally.spent = spent;
      if (running.size > 0) show(false);
      else line?.clear();
    },
    /** Counts a task that needed no work. */
    settled(): void {
      tally.done += 1;
    },
    /** Prints something else above the status line. */
    aside(print: () => void): void {
      line?.clear();
      print();
      if (running.size > 0) show(false);
    },
    stop(): void {
      stopTicking?.();
      line?.stop();
    },
  };
}

/** The numbers that the status line shows. */
interface Tally {
  /** Undefined where it is not known yet: a batch that is still being read. */
  total: number | undefined;
  done: number;
  failed: number;
  spent: string;
  running: ReadonlyMap<string, Step>;
}

/** The status line, with the seconds since the beginning. */
function tallyText({ total, done, failed, spent, running }: Tally, elapsedMs: number): string {
  const [only] = running.values();
  const time = formatDuration(Math.floor(elapsedMs / 1000) * 1000).replace('.0s', 's');
  if (total === 1 && only) {
    return [`${only.model ?? 'task'}: ${only.doing}`, only.detail, time, only.taskId].filter(Boolean).join(' · ');
  }
  const counts = [
    `${done}${total === undefined ? '' : ` of ${total}`} done`,
    `${running.size} running`,
    failed > 0 && `${failed} failed`,
    spent,
    time,
  ];
  return counts.filter(Boolean).join(' · ');
}
