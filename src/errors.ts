/** The failures that a user can meet. Each code has one exit code; the table is part of the contract with scripts. */
export const exitCodes = {
  internal: 1,
  authentication: 2,
  insufficient_credits: 3,
  over_budget: 3,
  validation: 4,
  not_found: 4,
  conflict: 4,
  timeout: 5,
  rate_limit: 6,
  task_failed: 7,
  network: 8,
  service_unavailable: 8,
  bad_response: 8,
  download: 9,
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/** Some of many tasks failed, some did not. */
export const someFailed = 10;

export interface FailureFacts {
  /** What to do, in one line. */
  hint?: string | undefined;
  /** HTTP status of the answer that said so. */
  status?: number | undefined;
  requestId?: string | undefined;
  /** The same call may go through later. */
  retryable?: boolean;
  details?: unknown;
  cause?: unknown;
  /** Retry until the deadline: the service may have what was asked for. */
  persist?: boolean;
  /** When the answer was given, by the server's own clock: milliseconds since 1970. */
  answeredAt?: number | undefined;
  /** Milliseconds that the service asked to wait. */
  retryAfterMs?: number | undefined;
  /** The URL of a picture has expired: polling again may give a fresh one. */
  expired?: boolean;
  /** The part of the picture received so far is useless. */
  restart?: boolean;
}

/** A failure told to the user without a stack trace. Everything else that is thrown is a bug (`internal`). */
export class Failure extends Error {
  override name = 'Failure';
  readonly code: ErrorCode;
  readonly facts: FailureFacts;

  constructor(code: ErrorCode, message: string, facts: FailureFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.facts = facts;
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** Bad input: nothing was sent. */
export function invalid(message: string, hint?: string, details?: unknown): Failure {
  return new Failure('validation', message, { hint, details });
}

/**
 * One failure that tells every problem of a call at once, each in a sentence.
 * @param sends false for a command that sends nothing, of which it goes without saying
 */
export function tellAll(
  problems: readonly string[],
  { sends = true, wayOut = '. --help lists the flags' } = {},
): Failure {
  const sentences = problems.map(sentence);
  const count = problems.length === 1 ? '' : `${problems.length} problems`;
  const unsent = count === '' ? 'Nothing was sent' : `${count}; nothing was sent`;
  return invalid(sentences.join(' '), `${sends ? unsent : count}${wayOut}`.replace(/^\. /, ''), sentences);
}

export function sentence(problem: string): string {
  return /[.?!]$/.test(problem) ? problem : `${problem}.`;
}

/** Adds a failure and its hint to the problems. Throws any other error. */
export function noteProblem(error: unknown, problems: string[]): undefined {
  if (!(error instanceof Failure)) throw error;
  problems.push(error.message + (error.facts.hint ? ` (${error.facts.hint})` : ''));
}

/** Returns the problems inside a failure of `tellAll`. */
export function problemsIn(error: unknown): string[] {
  if (!(error instanceof Failure)) throw error;
  return Array.isArray(error.facts.details) ? error.facts.details.map(String) : [error.message];
}

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
