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
  const counts = { done: 0, failed: 0 };
  let tasks: number | undefined = 1;
  let spent = '';
  let began: number | undefined;
  let stopTicking: (() => void) | undefined;

  function show(changed = false): void {
    began ??= clock.monotonic();
    stopTicking ??= line && clock.every(1000, () => show());
    if (running.size > 0) line?.show(printable(textOf(clock.monotonic() - began)), changed);
  }

  /** Returns the status line, with the seconds since the beginning. */
  function textOf(elapsedMs: number): string {
    const [only] = running.values();
    const time = formatDuration(Math.floor(elapsedMs / 1000) * 1000).replace('.0s', 's');
    const facts =
      tasks === 1 && only
        ? [`${only.model ?? 'task'}: ${only.doing}`, only.detail, time, only.taskId]
        : [
            `${counts.done}${tasks === undefined ? '' : ` of ${tasks}`} done`,
            `${running.size} running`,
            counts.failed > 0 && `${counts.failed} failed`,
            spent,
            time,
          ];
    return facts.filter(Boolean).join(' · ');
  }

  return {
    /** Sets the number of tasks; undefined while it is unknown. */
    expect(total: number | undefined): void {
      tasks = total;
    },
    step(key: string, step: Step): void {
      const before = running.get(key);
      running.set(key, step);
      // With many tasks, a line for each change would be too much.
      show(tasks === 1 && before?.doing !== step.doing);
    },
    /** The task has ended; `cost`: what all of them cost so far. */
    ended(key: string, failed: boolean, cost = ''): void {
      running.delete(key);
      counts[failed ? 'failed' : 'done'] += 1;
      spent = cost;
      if (running.size > 0) show();
      else line?.clear();
    },
    /** Counts a task that needed no work. */
    settled(): void {
      counts.done += 1;
    },
    /** Prints something else above the status line. */
    aside(print: () => void): void {
      line?.clear();
      print();
      if (running.size > 0) show();
    },
    stop(): void {
      stopTicking?.();
      line?.stop();
    },
  };
}
