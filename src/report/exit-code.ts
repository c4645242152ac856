import { type ErrorCode, exitCodes, Failure, someFailed } from '../errors.ts';

/** One exit code for all tasks of a command: their common one, or 10 where some failed and some did not. */
export function exitCodeOf(errors: readonly (string | undefined)[]): number {
  const codes = new Set(errors.map((code) => (code === undefined ? 0 : (exitCodes[code as ErrorCode] ?? 1))));
  const [only = 0] = codes;
  return codes.size <= 1 ? only : someFailed;
}

/** The exit code of a command that failed as a whole. */
export function exitCodeFor(error: unknown): number {
  return error instanceof Failure ? error.exitCode : exitCodes.internal;
}
