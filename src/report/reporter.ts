import type { Failure } from '../errors.ts';
import { jsonLine } from '../json.ts';
import { formatDuration } from '../task/duration.ts';
import { type Colours, plainColours } from '../terminal/colours.ts';
import { printable, printableText, shortened } from '../terminal/printable.ts';
import type { StatusLine } from '../terminal/status-line.ts';
import { wrapped } from '../terminal/wrap.ts';
import type { Output, World } from '../world.ts';
import { dataLines, failureText, type Remarks, summary, type Wanted } from './human.ts';
import { createProgress } from './progress.ts';
import { type ErrorReport, errorReport, type TaskReport } from './task-report.ts';

/** How the lines look: colours on stderr, whether stdout may have some, the status line. */
interface Looks {
  colours: Colours;
  stdoutColour: boolean;
  line: StatusLine | undefined;
}

/**
 * Creates what says what happened: data on stdout, everything else on stderr. It is the only part that knows whether a
 * script or a person reads, and removes control and invisible characters from all texts.
 */
export function createReporter(
  { stdout, stderr, clock, cwd }: Pick<World, 'stdout' | 'stderr' | 'clock' | 'cwd'>,
  { json, quiet, verbose }: { json?: boolean; quiet?: boolean; verbose?: boolean },
  { colours, stdoutColour, line }: Looks,
) {
  const progress = createProgress(line, clock);

  /** A line on stderr, wrapped on a terminal; `command` is one at its end that stays whole. */
  function say(text: string, command?: string): void {
    progress.aside(() => tell(`${wrapped(text, stderr.columns(), command)}\n`));
  }

  function tell(text: string): void {
    void stderr.write(printableText(text, colours !== plainColours));
  }

  /** `exact`: scripts need the names of files as they are. */
  async function print(object: unknown, lines: readonly string[], exact = false): Promise<void> {
    if (json) return await put(stdout, `${jsonLine(object)}\n`);
    const text = lines.map((line) => `${line}\n`).join('');
    if (text === '') return;
    await put(stdout, exact && !stdout.isTerminal ? text : printableText(text, stdoutColour));
  }

  /** On one terminal the status line must be gone before anything else comes. */
  async function put(output: Output, text: string): Promise<void> {
    let written: Promise<void> | undefined;
    progress.aside(() => {
      written = output.write(text);
    });
    await written;
  }

  function complain(error: ErrorReport, resume: string | null): void {
    progress.aside(() => tell(failureText(error, colours, resume, stderr.columns())));
  }

  return {
    progress,
    /** Reports a task that has ended, or that is not waited for. */
    async task(report: TaskReport, wanted: Wanted, remarks: Remarks = {}): Promise<void> {
      if (report.error) complain(ofTask(report, report.error, remarks), report.resume);
      else if (wanted === 'files' && !quiet) say(summary(report, colours, remarks));
      await print(report, dataLines(report, wanted, cwd), wanted === 'files');
    },
    /** A command failed before any task. */
    async failure(error: unknown): Promise<void> {
      const report = errorReport(error);
      complain(report, null);
      if (verbose && error instanceof Error) say(colours.quiet(traceOf(error)));
      await print({ error: report }, []);
    },
    /** Reports a request without a task. `resume`: the command that finds out whether one was accepted. */
    async refused(error: ErrorReport, resume: string | null): Promise<void> {
      complain(error, resume);
      await print({ error, resume }, []);
    },
    /** Another kind of data: the object for scripts, the text for people. */
    data: (object: unknown, text: string): Promise<void> => print(object, text === '' ? [] : [text]),
    /** Prints a line of `--verbose`. */
    trace: (text: string): void => progress.aside(() => tell(`${printable(text)}\n`)),
    /** A picture as the terminal on stderr draws it. */
    picture: (drawing: string): Promise<void> => put(stderr, `${drawing}\n`),
    /** Prints a line about the progress; `--quiet` hides it. */
    note: (text: string): void => {
      if (!quiet) say(printable(text));
    },
    /** Prints a warning; the work goes on. */
    warn: (text: string): void => say(`${colours.warning('warning:')} ${printable(text)}`),
    /** The command that comes next. */
    next(command: string, why?: string): void {
      const shown = printable(command);
      if (!quiet) say(`${colours.quiet(`${why ?? 'Next'}:`)} ${shown}`, shown);
    },
    retrying(failure: Failure, waitMs: number): void {
      if (!quiet) say(colours.quiet(`${printable(failure.message)}: retrying in ${formatDuration(waitMs)}`));
    },
  };
}

/** Names one of many that failed. */
function ofTask(report: TaskReport, error: ErrorReport, { label, isOneOfMany }: Remarks): ErrorReport {
  const { row, task_id, prompt } = report;
  const name = label ?? (isOneOfMany ? (task_id ?? shortened(prompt ?? '', 48)) : undefined);
  const which = [row === undefined ? '' : `row ${row}`, name].filter(Boolean).join(', ');
  return which === '' ? error : { ...error, message: `${which}: ${error.message}` };
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${traceOf(error.cause)}` : '';
  return (error.stack ?? error.message) + cause;
}
