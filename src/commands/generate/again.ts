import { newestSent } from '../../command-line/history-filter.ts';
import type { Context } from '../../context.ts';
import { Failure, invalid } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import { quoted } from '../../request/parse-fields.ts';
import { isTaskId } from '../../task/task-id.ts';

/** Finds what a task of the record asked for, and of which server. Throws `validation` or `not_found`. */
export async function askedBefore(context: Context, id: string): Promise<Entry['intended']> {
  if (!isTaskId(id)) throw invalid(`Invalid --again ${quoted(id)}: use a task id such as tsk_abc123`);
  // At whatever server: --base-url says where to ask this time.
  const [entry] = await newestSent(context, { matches: ({ accepted }) => accepted?.id === id }, 1);
  if (entry) return entry.intended;
  throw new Failure('not_found', `--again ${id}: this machine has no record of that task`, {
    hint: `${context.command('history')} lists what it knows`,
  });
}
