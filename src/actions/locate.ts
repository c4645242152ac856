import type { Context } from '../context.ts';
import { invalid } from '../errors.ts';
import type { Entry } from '../journal/entry.ts';
import { isTaskId } from '../task/task-id.ts';

/** Refuses what cannot be a task id, all at once and before anything is sent. */
export function checkTaskIds(ids: readonly string[]): void {
  const wrong = ids.filter((id) => !isTaskId(id));
  if (wrong.length === 0) return;
  const shown = wrong.map((id) => JSON.stringify(id)).join(', ');
  throw invalid(
    `${shown} ${wrong.length > 1 ? 'are no task ids' : 'is no task id'}`,
    'A task id looks like tsk_abc123: letters, digits, _ and -',
  );
}

/** What the record on this machine says of the tasks; those of other machines are missing. */
export async function locate(context: Context, ids: readonly string[]): Promise<Map<string, Entry>> {
  const wanted = new Set(ids);
  const found = new Map<string, Entry>();
  await context.journal.each((entry) => {
    const id = entry.accepted?.id;
    if (id !== undefined && wanted.has(id) && !found.has(id)) found.set(id, entry);
    return found.size === wanted.size;
  });
  return found;
}
