import { formatDuration } from '../task/duration.ts';
import type { Colours } from '../terminal/colours.ts';
import { printable } from '../terminal/printable.ts';
import type { StatusLine } from '../terminal/status-line.ts';
import { wrapped } from '../terminal/wrap.ts';
import type { Clock, Output } from '../world.ts';
import { failureText } from './failure-text.ts';
import { dataLines, summary } from './human.ts';
import { createProgress } from './progress.ts';
import type { Reporter } from './reporter.ts';
import { jsonLine } from './safe-json.ts';
import { type ErrorReport, errorReport, type TaskReport } from './task-report.ts';

export interface ReporterOptions {
  stdout: Output;
  stderr: Output;
  clock: Clock;
  cwd: string;
  json: boolean;
  quiet: boolean;
  /** Stack traces, for `--verbose`. */
  traces: boolean;
  colours: Colours;
  line: StatusLine | undefined;
}

/** The one place that knows whether a script or a person reads. */
export function createReporter(options: ReporterOptions): Reporter {
  const { stdout, stderr, colours, json, quiet, cwd } = options;
  const progress = createProgress(options.line, options.clock);

  /** A line on stderr, wrapped on a terminal; `command` is one at its end that stays whole. */
  function say(text: string, command?: string): void {
    progress.aside(() => void stderr.write(`${wrapped(text, stderr.columns(), command)}\n`));
  }

  async function print(object: unknown, lines: readonly string[]): Promise<void> {
    const text = json ? `${jsonLine(object)}\n` : lines.map((line) => `${line}\n`).join('');
    if (text !== '') await put(stdout, text);
  }

  /** On one terminal the status line must be gone before anything else comes. */
  async function put(output: Output, text: string): Promise<void> {
    let written: Promise<void> = Promise.resolve();
    progress.aside(() => {
      written = output.write(text);
    });
    await written;
  }

  function complain(error: ErrorReport, resume: string | null): void {
    progress.aside(() => void stderr.write(failureText(error, colours, resume, stderr.columns())));
  }

  return {
    progress,
    async task(report, wanted, balanceCents) {
      if (report.error) complain(ofRow(report, report.error), report.resume);
      else if (wanted === 'files' && !quiet) say(summary(report, colours, balanceCents));
      await print(report, dataLines(report, wanted, cwd));
    },
    async failure(error) {
      const report = errorReport(error);
      complain(report, null);
      if (options.traces && error instanceof Error) say(colours.quiet(traceOf(error)));
      await print({ error: report }, []);
    },
    async refused(error, resume) {
      complain(error, resume);
      await print({ error, resume }, []);
    },
    data: (object, text) => print(object, text === '' ? [] : [text]),
    picture: (drawing) => put(stderr, `${drawing}\n`),
    note: (text) => {
      if (!quiet) say(printable(text));
    },
    warn: (text) => say(`${colours.warning('warning:')} ${printable(text)}`),
    next(command, why) {
      const shown = printable(command);
      if (!quiet) say(`${colours.quiet(`${why ?? 'Next'}:`)} ${shown}`, shown);
    },
    retrying(failure, waitMs) {
      if (!quiet) say(colours.quiet(`${printable(failure.message)}: retrying in ${formatDuration(waitMs)}`));
    },
  };
}

/** In a batch the row says which of many it was. */
function ofRow({ row }: TaskReport, error: ErrorReport): ErrorReport {
  return row === undefined ? error : { ...error, message: `row ${row}: ${error.message}` };
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${traceOf(error.cause)}` : '';
  return printableLines(error.stack ?? error.message) + cause;
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
