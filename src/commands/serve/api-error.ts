import type { ServerResponse } from 'node:http';
import { type ErrorCode, sentence } from '../../errors.ts';
import { type ErrorReport, errorReport } from '../../report/task-report.ts';

/** A request that is answered with an error in OpenAI's form. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const statuses: Readonly<Record<ErrorCode, number>> = {
  internal: 500,
  authentication: 403, // 401 would mean the token
  insufficient_credits: 402,
  over_budget: 402,
  validation: 400,
  not_found: 404,
  conflict: 409,
  timeout: 504,
  rate_limit: 429,
  task_failed: 400,
  network: 502,
  service_unavailable: 503,
  bad_response: 502,
  download: 502,
  interrupted: 503,
};

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'authentication_error',
  429: 'rate_limit_error',
};

/** Answers with an error and returns its code. */
export function sendError(response: ServerResponse, error: unknown): string {
  const { status, code, message } = error instanceof ApiError ? error : fromReport(errorReport(error), null);
  const type = types[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  const body = JSON.stringify({ error: { message, type, param: null, code } });
  const isFinal = status < 500 ? status !== 429 : status === 501; // clients need not send the same again
  if (isFinal) response.setHeader('x-should-retry', 'false');
  if (status === 429) response.setHeader('retry-after', code === 'queue_full' ? 5 : 30);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
  return code;
}

/** @param taskId of a task that may go on: the same request then joins it */
export function fromReport({ code, message, hint }: ErrorReport, taskId: string | null): ApiError {
  const goesOn = taskId !== null && code === 'timeout';
  const todo = goesOn ? `task ${taskId} goes on: the same request joins it` : (waysOut[code] ?? hint);
  return new ApiError(statuses[code as ErrorCode] ?? 500, code, todo ? `${sentence(message)} ${todo}` : message);
}

/** The ways out of the engine's failures, which are told in flags of other commands elsewhere. */
const waysOut: Readonly<Record<string, string>> = {
  over_budget: 'Nothing was sent for it. Start the server with a higher limit: --max-cost or --max-pictures',
  timeout: 'Send the same request again: it is not paid for twice',
  conflict: 'Send the same request again later, or another Idempotency-Key for a new picture',
  download:
    'Free some space or start the server with another --dir, then send the same request again: it is not paid for twice',
};
