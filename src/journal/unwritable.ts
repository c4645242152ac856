import { Failure } from '../errors.ts';

/** The record cannot be kept: said before anything is paid. */
export function unwritable(reason: string, cause?: unknown): Failure {
  return new Failure('internal', `the record of paid tasks cannot be written: ${reason}`, {
    hint: 'Mend it (XDG_STATE_HOME moves it), or go on without a record: --no-record',
    cause,
  });
}
