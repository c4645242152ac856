import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { type Entry, filesOf } from '../../journal/entry.ts';
import type { DeadRun } from '../../journal/journal.ts';

/** What earlier runs made of the tasks of a batch, by the task's key in the batch. */
export interface Past {
  done: Set<string>;
  /** The task itself failed, or was refused for what it asks. */
  failed: Set<string>;
  /** Another process is at it now. */
  elsewhere: Set<string>;
  /** Dead runs left it unfinished. */
  unfinished: Map<string, { run: DeadRun; entry: Entry }>;
  /** It was saved once, and its file is gone. */
  lost: Map<string, Entry>;
}

/** Reads the record for one batch. Only keys are kept: it may have a hundred thousand tasks. */
export async function readPast(context: Context, batch: string): Promise<Past> {
  const past: Past = {
    done: new Set(),
    failed: new Set(),
    elsewhere: new Set(),
    unfinished: new Map(),
    lost: new Map(),
  };
  const dead = await context.journal.dead();
  await context.journal.scan(async (entry) => {
    const { row } = entry.intended;
    if (row?.batch !== batch) return;
    if (!entry.ended) past.elsewhere.add(row.key);
    else if (entry.ended.how === 'kept') past.done.add(row.key);
    else if (entry.ended.how === 'saved') await noteSaved(past, row.key, entry);
    else if (isOwnFailure(entry)) past.failed.add(row.key);
  });
  for (const run of dead) {
    for (const entry of run.entries.values()) {
      const { row } = entry.intended;
      if (row?.batch !== batch) continue;
      past.elsewhere.delete(row.key);
      past.unfinished.set(row.key, { run, entry });
    }
  }
  return past;
}

async function noteSaved(past: Past, key: string, entry: Entry): Promise<void> {
  const files = filesOf(entry);
  const there = await Promise.all(files.map(({ path }) => exists(path)));
  if (files.length > 0 && there.every(Boolean)) past.done.add(key);
  else past.lost.set(key, entry);
}

/** A key, a balance or a rate that was refused says nothing about the task: the next run tries it again. */
function isOwnFailure({ ended }: Entry): boolean {
  if (ended?.how === 'failed' || ended?.how === 'expired') return true;
  return ended?.how === 'refused' && (ended.code === 'validation' || ended.code === 'conflict');
}
