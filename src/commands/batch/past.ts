import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { type Entry, filesOf } from '../../journal/entry.ts';
import type { Server } from '../../journal/event.ts';
import type { LeftRun } from '../../journal/left-runs.ts';
import { deadRuns } from '../../paid-task/take-up.ts';

/** What earlier runs made of the tasks of a batch at one server and account, by the task's key in the batch. */
export interface Past {
  /** Tasks whose pictures are there, or were left at the service. */
  done: Set<string>;
  /** The task itself failed, or was refused for what it asks. */
  failed: Set<string>;
  /** Another process works on it now. */
  elsewhere: Set<string>;
  /** Dead runs left it unfinished. */
  unfinished: Map<string, { run: LeftRun; entry: Entry }>;
  /** It was saved once, and its file is gone. */
  lost: Map<string, Entry>;
  /** The highest generation of a task that is known. */
  generations: Map<string, number>;
}

/** Which batch, whose rows count, and where they were made. */
export interface Wanted {
  batch: string;
  server: Server;
  account: string | undefined;
  isMine(key: string): boolean;
}

/** Reads the record for one batch. Only keys are kept: it may have a hundred thousand tasks. */
export async function readPast(context: Context, wanted: Wanted, signal: AbortSignal): Promise<Past> {
  const past: Past = {
    done: new Set(),
    failed: new Set(),
    elsewhere: new Set(),
    unfinished: new Map(),
    lost: new Map(),
    generations: new Map(),
  };
  const left = await context.journal.ofBatch(wanted.batch, async (entry, run) => {
    const { row } = entry.intended;
    if (!row || !isAt(entry, wanted)) return;
    const { key, generation = 0 } = row;
    if (generation < (past.generations.get(key) ?? 0)) return; // a newer attempt counts
    if (generation > (past.generations.get(key) ?? 0)) forget(past, key);
    if (generation > 0) past.generations.set(key, generation);
    if (run || !entry.ended) past.elsewhere.add(key);
    else await note(past, key, entry);
  });
  for (const problem of left.unreadable) context.reporter.warn(problem);
  const isMine = ({ intended: { row } }: Entry): boolean =>
    row?.batch === wanted.batch && wanted.isMine(row.key);
  for (const run of await deadRuns(context.engine, left, isMine, signal)) {
    for (const entry of run.entries.values()) {
      const { row } = entry.intended;
      if (row?.batch !== wanted.batch || !isAt(entry, wanted)) continue;
      past.elsewhere.delete(row.key);
      if (!past.done.has(row.key)) past.unfinished.set(row.key, { run, entry });
    }
  }
  return past;
}

function isAt({ intended }: Entry, { server, account }: Wanted): boolean {
  const { base, sandbox } = intended.server;
  if (base !== server.base || sandbox !== server.sandbox) return false;
  return intended.account === undefined || intended.account === account;
}

function forget(past: Past, key: string): void {
  past.done.delete(key);
  past.failed.delete(key);
  past.lost.delete(key);
}

async function note(past: Past, key: string, entry: Entry): Promise<void> {
  if (entry.ended?.how === 'kept') past.done.add(key);
  else if (entry.ended?.how === 'saved') await noteSaved(past, key, entry);
  else if (isOwnFailure(entry) && !past.done.has(key)) past.failed.add(key);
}

async function noteSaved(past: Past, key: string, entry: Entry): Promise<void> {
  const files = filesOf(entry);
  const there = await Promise.all(files.map(({ path }) => exists(path)));
  if (files.length > 0 && there.every(Boolean)) past.done.add(key);
  else past.lost.set(key, entry);
}

/** A key, a balance or a rate that was refused says nothing about the task: the next run retries it. */
function isOwnFailure({ ended }: Entry): boolean {
  if (ended?.how === 'failed' || ended?.how === 'expired') return true;
  return ended?.how === 'refused' && (ended.code === 'validation' || ended.code === 'conflict');
}
