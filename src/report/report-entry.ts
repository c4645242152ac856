import type { Context } from '../context.ts';
import { Failure } from '../errors.ts';
import { costOf, type Entry } from '../journal/entry.ts';
import type { SavedFile } from '../journal/event.ts';
import { pictureLifeMs } from '../paid-task/await-task.ts';
import type { Work } from '../paid-task/work.ts';
import type { RemoteImage, TaskStatus } from '../task/task.ts';
import { fetchCommand } from './fetch-command.ts';
import { errorReport, type ImageReport, requestReport, type TaskReport } from './task-report.ts';

/** What there is to say of a recorded task now, with what went wrong. */
export function reportEntry(work: Work, entry: Entry, error?: unknown): TaskReport {
  const { intended, accepted, foreign } = entry;
  const began = accepted?.at ?? intended.at;
  const uncertain = work.fates.get(entry.key)?.uncertain ?? false;
  return {
    task_id: accepted?.id ?? null,
    status: statusOf(entry),
    ...requestReport(foreign ? undefined : intended.request),
    images: imagesOf(entry),
    cost: costOf(entry),
    replayed: accepted?.replayed ?? false,
    created_at: foreign ? null : new Date(began).toISOString(),
    elapsed_ms: foreign ? null : Math.max(0, work.context.world.clock.now() - began),
    resume: leavesSomething(entry, uncertain, error) ? resumeCommand(work.context, entry) : null,
    error: error === undefined ? null : errorReport(error),
    ...rowReport(entry),
  };
}

/** Which row of a batch file the task is, where it is one. */
export function rowReport({ intended: { row } }: Entry): Pick<TaskReport, 'row' | 'id'> {
  if (!row) return {};
  return { row: row.row, ...(row.id !== undefined && { id: row.id }) };
}

/** The command that takes the task up again, here or, without a record, by its id. */
export function resumeCommand(context: Context, entry: Entry): string | null {
  const id = entry.accepted?.id;
  if (context.flags.record !== false && !entry.foreign)
    return context.command(id === undefined ? 'resume' : `resume ${id}`);
  // Nothing was written down, and the sandbox has forgotten.
  if (id === undefined || entry.intended.server.sandbox) return null;
  return fetchCommand(context, [id], { wait: true, recorded: false });
}

function leavesSomething({ accepted, ended, foreign }: Entry, uncertain: boolean, error: unknown): boolean {
  if (foreign && error instanceof Failure && error.code === 'not_found') return false;
  if (ended) return ended.how === 'kept'; // completed, and its pictures were left where they are
  return accepted !== undefined || uncertain;
}

function statusOf({ accepted, completed, ended, letGo }: Entry): TaskStatus {
  if (ended?.how === 'failed' || !accepted) return 'failed';
  if (completed) return 'completed';
  return letGo ? 'pending' : 'processing';
}

/** The task's pictures, saved or not. */
export function imagesOf({ completed, saved }: Entry): ImageReport[] {
  const count = Math.max(
    completed?.images.length ?? 0,
    ...Object.keys(saved).map((index) => Number(index) + 1),
    0,
  );
  return Array.from({ length: count }, (_, index) =>
    imageReport(completed?.images[index], completed?.at, saved[index]),
  );
}

/** @param completedAt milliseconds since 1970 */
export function imageReport(
  image: RemoteImage | undefined,
  completedAt: number | undefined,
  file: SavedFile | undefined,
): ImageReport {
  return {
    url: image?.url ?? 'data:',
    expires_at:
      image && completedAt !== undefined ? new Date(completedAt + pictureLifeMs).toISOString() : null,
    path: file?.path ?? null,
    bytes: file?.bytes ?? null,
    mime: file?.mime ?? null,
    width: file?.width ?? null,
    height: file?.height ?? null,
    sha256: file?.sha256 ?? null,
  };
}
