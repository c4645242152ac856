import type { Failure } from '../errors.ts';
import type { Progress } from './progress.ts';
import type { ErrorReport, TaskReport } from './task-report.ts';

/** What of a task is the data that the user asked for. */
export type Wanted = 'files' | 'urls' | 'id' | 'state' | 'nothing';

/** Says what happened: data on stdout, everything else on stderr. */
export interface Reporter {
  progress: Progress;
  /**
   * A task has ended, or is all that there is to say of it now.
   * @param balanceCents what is left of the account, where that is known and worth a word
   */
  task(report: TaskReport, wanted: Wanted, balanceCents?: number): Promise<void>;
  /** A command failed before any task. */
  failure(error: unknown): Promise<void>;
  /** A request brought no task. `resume`: there may be one all the same, and this command finds out. */
  refused(error: ErrorReport, resume: string | null): Promise<void>;
  /** Another kind of data: the object for scripts, the text for people. */
  data(object: unknown, text: string): Promise<void>;
  /** What is said for `--verbose`, on one line. */
  trace(text: string): void;
  /** A picture as the terminal on stderr draws it. */
  picture(drawing: string): Promise<void>;
  /** A line about what goes on; `--quiet` silences it. */
  note(text: string): void;
  /** Something is not as it should be, and the work goes on. */
  warn(text: string): void;
  /** The command that comes next. */
  next(command: string, why?: string): void;
  /** A retry is about to happen. */
  retrying(failure: Failure, waitMs: number): void;
}
