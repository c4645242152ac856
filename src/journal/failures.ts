import { Failure } from '../errors.ts';

/** The record cannot be kept: said before anything is paid. */
export function unwritable(reason: string, cause?: unknown): Failure {
  return new Failure('internal', `the record of paid tasks cannot be written: ${reason}`, {
    hint: 'Free or fix the disk (XDG_STATE_HOME moves the record), or go on without a record: --no-record',
    cause,
  });
}

/** This process was believed dead: nothing more may be sent or written. */
export function lostRun(): Failure {
  return new Failure('interrupted', 'another process has taken this run over: nothing more is sent or saved here', {
    hint: 'It assumed that this process had died. history and resume show how its tasks end',
  });
}

/** A file that a later version of the program wrote. */
export class NewerFormat extends Error {
  readonly code = 'a later version wrote it';
}

export function unreadableText(path: string, error: unknown): string {
  return `cannot read ${path} (${codeOf(error)}): it is kept as it is`;
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
