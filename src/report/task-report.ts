import { Failure } from '../errors.ts';
import type { Cost, TaskStatus } from '../task/task.ts';

/** What went wrong, as scripts read it. */
export interface ErrorReport {
  code: string;
  message: string;
  hint: string | null;
  status: number | null;
  request_id: string | null;
  retryable: boolean;
  details: unknown;
}

export interface ImageReport {
  url: string;
  expires_at: string | null;
  /** Absolute; null where it was not saved. */
  path: string | null;
  bytes: number | null;
  mime: string | null;
  width: number | null;
  height: number | null;
  sha256: string | null;
}

/** One task, as `--json` prints it and people are told of it. Fields are only ever added. */
export interface TaskReport {
  /** Null where no task was accepted. */
  task_id: string | null;
  status: TaskStatus;
  model: string | null;
  prompt: string | null;
  aspect_ratio: string | null;
  negative_prompt: string | null;
  seed: number | null;
  images: ImageReport[];
  cost: Cost | null;
  replayed: boolean;
  created_at: string | null;
  elapsed_ms: number | null;
  /** The command that takes the task up again, while something is still to be had. */
  resume: string | null;
  error: ErrorReport | null;
  row?: number;
  id?: string;
}

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
