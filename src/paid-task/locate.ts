import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';
import { isTaskId } from '../task/task-id.ts';

/** Adds what cannot be a task id to the problems: it is told before anything is sent. */
export function checkTaskIds(ids: readonly string[], problems: string[]): void {
  const wrong = ids.filter((id) => !isTaskId(id));
  if (wrong.length === 0) return;
  const shown = wrong.map((id) => JSON.stringify(id)).join(', ');
  problems.push(
    `${shown} ${wrong.length > 1 ? 'are no task ids' : 'is no task id'} (one is like tsk_abc123: letters, digits, _ and -)`,
  );
}

/**
 * A missing key or a wrong address is told once and not for each task, unless the record knows where every one of
 * them is. Throws `authentication` or `validation`.
 */
export async function checkServer(
  context: Context,
  ids: readonly string[],
  recorded: ReadonlyMap<string, Entry>,
  inSandbox: boolean,
): Promise<void> {
  if (ids.some((id) => !recorded.has(id))) await context.api(await context.server(inSandbox));
}

/** What the record on this machine says of the tasks; those of other machines are missing. */
export async function locate(context: Context, ids: readonly string[]): Promise<Map<string, Entry>> {
  const wanted = new Set(ids);
  const found = new Map<string, Entry>();
  const isThere = await atNamedServer(context);
  await context.journal.each((entry) => {
    const id = entry.accepted?.id;
    if (id !== undefined && wanted.has(id) && !found.has(id) && isThere(entry)) found.set(id, entry);
    return found.size === wanted.size;
  });
  return found;
}

/** Tells whether a task of the record is at the server that --base-url names; without the flag, any is right. */
export async function atNamedServer(context: Context): Promise<(entry: Entry) => boolean> {
  if (context.flags.baseUrl === undefined) return () => true;
  const { base } = await context.server(false);
  return ({ intended }) => intended.server.base === base;
}
