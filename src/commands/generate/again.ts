import { resolve } from 'node:path';
import { newestSent } from '../../command-line/history-filter.ts';
import type { Context } from '../../context.ts';
import { readEmbedded } from '../../disk/embedded.ts';
import { exists } from '../../disk/place.ts';
import { Failure, invalid } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import { quoted } from '../../request/parse-fields.ts';
import { expandHome } from '../../task/home-path.ts';
import { isTaskId } from '../../task/task-id.ts';

/** What was asked for before. */
export interface AskedBefore {
  request: Entry['intended']['request'];
  server: { sandbox: boolean };
}

/** Finds what a task of the record, or a picture, asked for, and of which server. Throws `validation` or `not_found`. */
export async function askedBefore(context: Context, id: string): Promise<AskedBefore> {
  const { cwd, home } = context.world;
  const path = resolve(cwd, expandHome(id, home));
  if (!isTaskId(id) && (await exists(path))) return await askedInPicture(path, id);
  if (!isTaskId(id)) throw invalid(`Invalid --again ${quoted(id)}: use a task id such as tsk_abc123`);
  // At whatever server: --base-url says where to ask this time.
  const [entry] = await newestSent(context, { matches: ({ accepted }) => accepted?.id === id }, 1);
  if (entry) return entry.intended;
  throw new Failure('not_found', `--again ${id}: this machine has no record of that task`, {
    hint: `${context.command('history')} lists what it knows`,
  });
}

/** Reads what --embed put into a picture. */
async function askedInPicture(path: string, shown: string): Promise<AskedBefore> {
  const found = await readEmbedded(path).catch(() => undefined);
  if (found) return { request: found.request, server: { sandbox: found.sandbox } };
  throw invalid(
    `--again ${shown}: the file does not say what it was made of`,
    'Only pictures made with --embed do; name a task id, or write the prompt again',
  );
}
