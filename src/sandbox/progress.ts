import type { SandboxTask } from './task-book.ts';

export type Progress = 'pending' | 'processing' | 'completed' | 'failed';

/** Where a task stands: it waits for a fifth of its time, is worked on, and ends. */
export function progressOf({ createdAtMs, endsAtMs, reason }: SandboxTask, nowMs: number): Progress {
  if (nowMs >= endsAtMs) return reason === undefined ? 'completed' : 'failed';
  return nowMs - createdAtMs < Math.min((endsAtMs - createdAtMs) / 5, 1000) ? 'pending' : 'processing';
}
