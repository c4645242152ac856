import { join } from 'node:path';
import { canAsk, costText, tryPrices } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { examine } from '../../disk/examine.ts';
import type { TaskEntry } from '../../journal/entry.ts';
import type { Server } from '../../journal/event.ts';
import { foreign, reopen } from '../../paid-task/adopt.ts';
import type { Begun, Engine } from '../../paid-task/engine.ts';
import { addToLots, type Lots } from '../../paid-task/quotes.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { askYes } from '../../terminal/ask.ts';
import { shortList } from './check.ts';
import type { Fetch } from './locked.ts';
import type { BatchTask } from './tasks.ts';

/** Makes a task that is bought ready to be fetched, by the record or by its id alone; nothing is paid for it. */
export async function openBought(engine: Engine, step: Fetch, server: Server): Promise<Begun | undefined> {
  const { entry, line, target, kept } = step;
  const saved: TaskEntry['saved'] = {};
  for (const { output, picture = 1, bytes, sha256 } of kept) {
    const path = join(target.folder, output);
    const facts = await examine(path);
    saved[picture - 1] = { path, mime: 'application/octet-stream', width: 0, height: 0, bytes, sha256, ...facts };
  }
  if (entry) return await reopen(engine, { ...entry, intended: { ...entry.intended, target }, saved });
  const begun = foreign(engine, line.task, server, target);
  begun.entry.saved = saved;
  return begun;
}

/** Tells whether the service no longer has what was bought. */
export function isGone({ error }: TaskReport): boolean {
  return error?.code === 'not_found' || (error?.code === 'download' && [403, 404, 410].includes(error.status ?? 0));
}

/** Has a person agree to buy what is bought and gone. Where nobody can be asked, the answer is no. */
export async function mayBuyAgain(context: Context, server: Server, gone: readonly BatchTask[]): Promise<boolean> {
  const { world, reporter } = context;
  if (!canAsk(context)) return false;
  const lots: Lots = new Map();
  for (const { request } of gone) addToLots(lots, request);
  const { prices } = await tryPrices(context, server, [...lots.values()]);
  const shown = shortList(gone.map(({ output }) => output?.slot ?? ''));
  const what = gone.length === 1 ? 'it' : `these ${gone.length}`;
  reporter.progress.stop();
  const question = `Bought before, and the service no longer has it: ${shown}. Buy ${what} again ${costText({ priced: prices })}?`;
  return await askYes(question, world.stdin, world.stderr);
}
