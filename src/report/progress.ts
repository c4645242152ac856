import type { Step } from '../paid-task/engine.ts';
import type { StatusLine } from '../terminal/status-line.ts';
import type { Clock } from '../world.ts';
import { tallyText } from './tally.ts';

/** What goes on, while it goes on. It speaks on stderr only. */
export interface Progress {
  /** How many tasks there are to be; undefined while nobody knows. */
  expect(total: number | undefined): void;
  step(key: string, step: Step): void;
  /** The task has ended; it cost so many cents. */
  ended(key: string, failed: boolean, cents: number): void;
  /** A task that needed nothing. */
  settled(): void;
  /** Prints something else above the status line. */
  aside(print: () => void): void;
  stop(): void;
}

/** @param line undefined to say nothing */
export function createProgress(line: StatusLine | undefined, clock: Clock): Progress {
  const running = new Map<string, Step>();
  const tally = {
    total: 1 as number | undefined,
    done: 0,
    failed: 0,
    cents: 0,
    running,
  };
  let began: number | undefined;
  let stopTicking: (() => void) | undefined;

  function show(changed: boolean): void {
    began ??= clock.monotonic();
    stopTicking ??= line && clock.every(1000, () => show(false));
    if (running.size > 0) line?.show(tallyText(tally, clock.monotonic() - began), changed);
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
    ended(key, failed, cents) {
      running.delete(key);
      tally[failed ? 'failed' : 'done'] += 1;
      tally.cents += cents;
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
