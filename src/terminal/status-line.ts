import type { Clock, Output } from '../world.ts';

/** One line about what goes on now. */
export interface StatusLine {
  /** `changed`: something happened, it is not only the time that went on. */
  show(text: string, changed: boolean): void;
  /** Takes the line away for something else to be printed. */
  clear(): void;
  stop(): void;
}

const plainEveryMs = 15_000;

/** Off a live terminal: a line for each change, and one now and then so that nobody thinks it hangs. */
export function plainLines(output: Output, clock: Clock): StatusLine {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(text, changed) {
      if (!changed && clock.monotonic() - last < plainEveryMs) return;
      last = clock.monotonic();
      void output.write(`${text}\n`);
    },
    clear() {},
    stop() {},
  };
}

/** On a live terminal: a spinner. ora is loaded with the first line. */
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
    spinner.start(fitted());
  }

  function fitted(): string {
    const room = Math.max(10, output.columns() - 4);
    const characters = [...text];
    return characters.length > room ? `${characters.slice(0, room - 1).join('')}…` : text;
  }

  return {
    show(wanted) {
      text = wanted;
      _loading ??= load();
      if (spinner) {
        spinner.text = fitted();
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
