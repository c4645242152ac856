import type { Context } from '../context.ts';
import { beganAt, costOf, type Entry } from '../journal/entry.ts';
import type { Ending } from '../journal/event.ts';
import { pictureLifeMs } from '../paid-task/await-task.ts';
import type { TaskStatus } from '../task/task.ts';
import { imagesOf, resumeCommand, rowReport } from './report-entry.ts';
import { type ErrorReport, errorReport, requestReport, type TaskReport } from './task-report.ts';

/** What the record says of a task, without asking the service. */
export function recordedReport(context: Context, entry: Entry): TaskReport {
  const { intended, accepted, completed, ended } = entry;
  const began = beganAt(entry);
  const last = completed?.at ?? ended?.at;
  return {
    task_id: accepted?.id ?? null,
    status: recordedStatus(entry),
    ...requestReport(intended.request),
    images: imagesOf(entry),
    cost: costOf(entry),
    replayed: accepted?.replayed ?? false,
    created_at: new Date(began).toISOString(),
    elapsed_ms: last === undefined ? null : Math.max(0, last - began),
    resume: !ended || waitsToBeSaved(entry, context.world.clock.now()) ? resumeCommand(context, entry) : null,
    error: recordedError(entry),
    ...rowReport(entry),
  };
}

/** How far a task came, as far as this machine knows. */
export function recordedStatus({ accepted, completed, ended, letGo }: Entry): TaskStatus {
  if (ended?.how === 'saved' || ended?.how === 'kept') return 'completed';
  if (ended) return completed ? 'completed' : 'failed';
  if (completed) return 'completed';
  return accepted && !letGo ? 'processing' : 'pending';
}

const endingCodes: Partial<Record<Ending, ErrorReport['code']>> = {
  failed: 'task_failed',
  refused: 'validation',
  expired: 'download',
};

function recordedError({ ended }: Entry): ErrorReport | null {
  const usual = ended && endingCodes[ended.how];
  if (!ended || usual === undefined) return null;
  return { ...errorReport(new Error(ended.message ?? `the task ${ended.how}`)), code: ended.code ?? usual };
}

/** Completed, with its pictures left where they are: they can be had for seven days. */
export function waitsToBeSaved(entry: Entry, now: number): boolean {
  const { ended, completed } = entry;
  return ended?.how === 'kept' && now - (completed?.at ?? beganAt(entry)) < pictureLifeMs;
}
