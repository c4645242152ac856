import type { output } from 'zod/mini';
import { Failure } from '../errors.ts';
import type { ImageRequest } from '../request/request.ts';
import type { error, image, taskLine } from './schema.ts';

/** What went wrong, as scripts read it. */
export type ErrorReport = output<typeof error>;
export type ImageReport = output<typeof image>;
/** One task, as `--json` prints it and people are told of it. Fields are only ever added. */
export type TaskReport = output<typeof taskLine>;

export function errorReport(error: unknown): ErrorReport {
  if (!(error instanceof Failure)) {
    const message = error instanceof Error ? error.message : String(error);
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
    message: error.message,
    hint: hint ?? null,
    status: status ?? null,
    request_id: requestId ?? null,
    retryable: retryable ?? false,
    details: details ?? null,
  };
}

/** The part of a report that repeats what was asked for; all null where another machine asked. */
export function requestReport(
  request: ImageRequest | undefined,
): Pick<TaskReport, 'model' | 'prompt' | 'aspect_ratio' | 'negative_prompt' | 'seed'> {
  return {
    model: request?.model ?? null,
    prompt: request?.prompt ?? null,
    aspect_ratio: request?.aspectRatio ?? null,
    negative_prompt: request?.negativePrompt ?? null,
    seed: request?.seed ?? null,
  };
}
