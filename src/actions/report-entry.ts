import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';
import type { SavedFile } from '../journal/event.ts';
import { errorReport, type ImageReport, requestReport, type TaskReport } from '../report/task-report.ts';
import type { RemoteImage, TaskStatus } from '../task/task.ts';
import { pictureLifeMs } from './await-task.ts';
import type { Work } from './work.ts';

/** What there is to say of a recorded task now, with what went wrong. */
export function reportEntry(work: Work, entry: Entry, error?: unknown): TaskReport {
  const { intended, accepted, completed } = entry;
  const uncertain = work.fates.get(entry.key)?.uncertain ?? false;
  return {
    task_id: accepted?.id ?? null,
    status: statusOf(entry),
    ...requestReport(entry.foreign ? undefined : intended.request),
    images: imagesOf(entry),
    cost: completed?.cost ?? accepted?.cost ?? null,
    replayed: accepted?.replayed ?? false,
    created_at: new Date(accepted?.at ?? intended.at).toISOString(),
    elapsed_ms: Math.max(0, work.context.world.clock.now() - (accepted?.at ?? intended.at)),
    resume: leavesSomething(entry, uncertain) ? resumeCommand(work.context, entry) : null,
    error: error === undefined ? null : errorReport(error),
    ...(intended.row && {
      row: intended.row.row,
      ...(intended.row.id !== undefined && { id: intended.row.id }),
    }),
  };
}

/** The command that takes the task up again, here or, without a record, by its id. */
export function resumeCommand(context: Context, entry: Entry): string {
  const id = entry.accepted?.id;
  if (context.flags.record !== false) return context.command(id === undefined ? 'resume' : `resume ${id}`);
  if (id === undefined) return context.command('generate …');
  return context.command(`download ${id} --wait --base-url ${entry.intended.server.base}`);
}

function leavesSomething({ accepted, ended }: Entry, uncertain: boolean): boolean {
  if (ended) return ended.how === 'kept'; // completed, and its pictures were left where they are
  return accepted !== undefined || uncertain;
}

function statusOf({ accepted, completed, ended, letGo }: Entry): TaskStatus {
  if (ended?.how === 'failed' || !accepted) return 'failed';
  if (completed) return 'completed';
  return letGo ? 'pending' : 'processing';
}

function imagesOf({ completed, saved }: Entry): ImageReport[] {
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
