import type { output } from 'zod/mini';
import { Failure } from '../errors.ts';
import type { error, image, taskLine } from './schema.ts';

/** What went wrong, as scripts read it. */
export type ErrorReport = output<typeof error>;
export type ImageReport = output<typeof image>;
/** One task, as `--json` prints it and people are told of it. Fields are only ever added. */
export type TaskReport = output<typeof taskLine>;

export function errorReport(error: unknown): ErrorReport {
  const message = withoutPasswords(error instanceof Error ? error.message : String(error));
  if (!(error instanceof Failure)) {
    return {
      code: 'internal',
      message,
      hint: null,
      status: null,
      request_id: null,
      retryable: false,
      details: null,
    };
  }
  const { hint, status, requestId, retryable, details } = error.facts;
  return {
    code: error.code,
    message,
    hint: hint ?? null,
    status: status ?? null,
    request_id: requestId ?? null,
    retryable: retryable ?? false,
    details: details ?? null,
  };
}

/** An address that is wrong is told as it was typed, and may hold a password anywhere before its last `@`. */
function withoutPasswords(text: string): string {
  const start = text.indexOf('://') + 3;
  const end = text.lastIndexOf('@');
  return start > 2 && text.slice(start, end).includes(':')
    ? `${text.slice(0, start)}…${text.slice(end)}`
    : text;
}

/** Says nothing but that there is no task. */
export const emptyReport: TaskReport = {
  task_id: null,
  status: 'failed',
  model: null,
  prompt: null,
  aspect_ratio: null,
  negative_prompt: null,
  seed: null,
  images: [],
  cost: null,
  replayed: false,
  created_at: null,
  elapsed_ms: null,
  resume: null,
  error: null,
};
