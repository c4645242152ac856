import type { TaskStatus } from '../task/task.ts';

const meanings: Readonly<Record<string, TaskStatus>> = {
  pending: 'pending',
  queued: 'pending',
  processing: 'processing',
  running: 'processing',
  in_progress: 'processing',
  completed: 'completed',
  complete: 'completed',
  succeeded: 'completed',
  success: 'completed',
  finished: 'completed',
  failed: 'failed',
  error: 'failed',
  canceled: 'failed',
  cancelled: 'failed',
  expired: 'failed',
  timeout: 'failed',
};

/** Translates a state of the service. A word that is not listed means that the task still runs. */
export function statusOf(word: string): TaskStatus {
  return Object.hasOwn(meanings, word.toLowerCase()) ? (meanings[word.toLowerCase()] as TaskStatus) : 'processing';
}
