import type { Step } from '../paid-task/engine.ts';
import { formatDuration } from '../task/duration.ts';
import { printable } from '../terminal/printable.ts';
import type { StatusLine } from '../terminal/status-line.ts';
import type { Clock } from '../world.ts';

/** What goes on, while it goes on. It speaks on stderr only. */
export interface Progress {
  /** How many tasks there are to be; undefined while nobody knows. */
  expect(total: number | undefined): void;
  step(key: string, step: Step): void;
  /** The task has ended; `spent`: what all of them cost so far. */
  ended(key: string, failed: boolean, spent?: string): void;
  /** A task that needed nothing. */
  settled(): void;
  /** Prints something else above the status line. */
  aside(print: () => void): void;
  stop(): void;
}

/** @param line undefined to say nothing */
export function createProgress(line: StatusLine | undefined, clock: Clock): Progress {
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
    expect(total) {
      tally.total = total;
    },
    step(key, step) {
      const before = running.get(key);
      running.set(key, step);
      // Many tasks change all the time: only one alone is worth a line for each change.
      show(tally.total === 1 && before?.doing !== step.doing);
    },
    ended(key, failed, spent = '') {
      running.delete(key);
      tally[failed ? 'failed' : 'done'] += 1;
      tally.spent = spent;
      if (running.size > 0) show(false);
      else line?.clear();
    },
    settled() {
      tally.done += 1;
    },
    aside(print) {
      line?.clear();
      print();
      if (running.size > 0) show(false);
    },
    stop() {
      stopTicking?.();
      line?.stop();
    },
  };
}

/** How many tasks are where: what the status line says. */
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
