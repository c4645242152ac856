import { Failure, invalid } from './errors.ts';

/** One failure that tells every problem of a call at once. */
export function tellAll(problems: readonly string[]): Failure {
  const hint = problems.length === 1 ? 'Nothing was sent' : `${problems.length} problems; nothing was sent`;
  return invalid(problems.join('; '), `${hint}. --help lists the flags`, problems);
}

/** Adds a failure to the problems, with its way out; what is no failure is thrown on. */
export function noteProblem(error: unknown, problems: string[]): undefined {
  if (!(error instanceof Failure)) throw error;
  problems.push(error.message + (error.facts.hint ? ` (${error.facts.hint})` : ''));
}

/** What `tellAll` told, to be told with more. */
export function problemsIn(error: unknown): string[] {
  if (!(error instanceof Failure)) throw error;
  return Array.isArray(error.facts.details) ? error.facts.details.map(String) : [error.message];
}
