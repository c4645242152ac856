import type { output } from 'zod/mini';
import { Failure } from '../errors.ts';
import type { Server } from '../journal/event.ts';
import { requestReport } from '../request/request-report.ts';
import type { error, image, taskLine } from './schema.ts';

/** A failure, as scripts read it. */
export type ErrorReport = output<typeof error>;
export type ImageReport = output<typeof image>;
export type TaskReport = output<typeof taskLine>;

export function errorReport(cause: unknown): ErrorReport {
  const failure = cause instanceof Failure ? cause : undefined;
  const { hint = null, status = null, requestId = null, retryable = false, details = null } = failure?.facts ?? {};
  const message = withoutPasswords(cause instanceof Error ? cause.message : String(cause));
  return { code: failure?.code ?? 'internal', message, hint, status, request_id: requestId, retryable, details };
}

/** Removes a password from an invalid address, which is repeated as typed: all before the last `@` may be one. */
function withoutPasswords(text: string): string {
  const start = text.indexOf('://') + 3;
  const end = text.lastIndexOf('@');
  return start > 2 && end > start && text.slice(start, end).includes(':')
    ? `${text.slice(0, start)}…${text.slice(end)}`
    : text;
}

/** Returns a report without a task. */
export function emptyReport({ base, sandbox }: Server): TaskReport {
  return {
    task_id: null,
    status: 'failed',
    ...requestReport(undefined),
    images: [],
    cost: null,
    replayed: false,
    reused: false,
    sandbox,
    server: base,
    created_at: null,
    elapsed_ms: null,
    resume: null,
    error: null,
  };
}
