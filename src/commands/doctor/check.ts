import type { ErrorCode, Failure } from '../../errors.ts';

/** One thing that was looked at, and what came of it. */
export interface Check {
  name: string;
  /** `error`: a `generate` would fail with `code`. */
  state: 'ok' | 'warning' | 'error';
  message: string;
  /** What to do about it. */
  hint?: string | undefined;
  code?: ErrorCode;
}

export function well(name: string, message: string): Check {
  return { name, state: 'ok', message };
}

export function warning(name: string, message: string, hint?: string): Check {
  return { name, state: 'warning', message, hint };
}

export function broken(name: string, { message, facts, code }: Failure): Check {
  return { name, state: 'error', message, hint: facts.hint, code };
}
