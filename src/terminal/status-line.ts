import type { Clock, Output } from '../world.ts';
import { shortened } from './printable.ts';

/** One line about what is happening now. */
export interface StatusLine {
  /** `changed`: something happened, not only time passed. */
  show(text: string, changed: boolean): void;
  /** Removes the line for something else to be printed. */
  clear(): void;
  stop(): void;
}

/** Tells whether lines on a terminal can be redrawn: width above 0, not CI, not dumb. */
export function isLive(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTerminal && output.columns() > 0 && !env.CI && env.TERM !== 'dumb';
}

/** Writes a line for each change, and one every 15 s to show that nothing hangs: for what is not a live terminal. */
export function plainLines(write: (line: string) => void, clock: Clock, everyMs = 15_000): StatusLine {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(text, changed) {
      if (!changed && clock.monotonic() - last < everyMs) return;
      last = clock.monotonic();
      write(text);
    },
    clear() {},
    stop() {},
  };
}

/** Draws a spinner on a live terminal. ora is loaded with the first line. */
export function spinnerLine(output: Output, colour: boolean): StatusLine {
  let text = '';
  let stopped = false;
  let spinner: import('ora').Ora | undefined;
  let _loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    const { default: ora } = await import('ora');
    if (stopped) return;
    spinner = ora({
      stream: output.stream,
      discardStdin: false, // otherwise ora takes Ctrl-C away
      ...(colour ? {} : { color: false as never }),
    });
    spinner.start(shown());
  }

  const shown = (): string => shortened(text, Math.max(10, output.columns() - 4));

  return {
    show(wanted) {
      text = wanted;
      _loading ??= load();
      if (spinner) {
        spinner.text = shown();
        if (!spinner.isSpinning) spinner.start();
      }
    },
    clear: () => void spinner?.stop(),
    stop() {
      stopped = true;
      spinner?.stop();
    },
  };
}
