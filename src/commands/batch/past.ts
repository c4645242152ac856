import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { type Entry, filesOf } from '../../journal/entry.ts';
import type { LeftRun } from '../../journal/left-runs.ts';
import { isAt, isOwnFailure, type RowPlace } from '../../paid-task/rows.ts';
import { deadRuns, isForgotten } from '../../paid-task/take-up.ts';
import type { BatchTask } from './tasks.ts';

/** What earlier runs made of the tasks of a batch at one server and account, by the task's key in the batch. */
export interface Past {
  /** Tasks that completed, each time as it is recorded, packed. */
  made: Map<string, Buffer[]>;
  /** The task itself failed, or was refused for what it asks. */
  failed: Set<string>;
  /** Another process works on it now. */
  elsewhere: Set<string>;
  /** Dead runs left it unfinished. */
  unfinished: Map<string, { run: LeftRun; entry: Entry }>;
  /** The highest generation of a task that is known. */
  generations: Map<string, number>;
  /** Files that may hold more, and cannot be read. */
  unreadable: readonly string[];
}

/** Which batch, whose rows count, and where they were made. */
export interface Wanted extends RowPlace {
  isMine(key: string): boolean;
}

/**
 * Reads the record for one batch: it may have a hundred thousand tasks.
 * @param signal ends the wait for runs of which nobody knows whether they live; without it they count as alive
 */
export async function readPast(context: Context, wanted: Wanted, signal?: AbortSignal): Promise<Past> {
  const known = { made: new Map(), unfinished: new Map(), generations: new Map() };
  const past: Past = { ...known, failed: new Set(), elsewhere: new Set(), unreadable: [] };
  const left = await context.journal.ofBatch(wanted.batch, async (entry, run) => {
    const { row } = entry.intended;
    if (!row || !isAt(entry, wanted)) return;
    const { key, generation = 0 } = row;
    if (generation < (past.generations.get(key) ?? 0)) return; // a newer attempt counts
    if (generation > (past.generations.get(key) ?? 0)) forget(past, key);
    if (generation > 0) past.generations.set(key, generation);
    if (run || !entry.ended) past.elsewhere.add(key);
    else note(past, key, entry);
  });
  past.unreadable = left.unreadable;
  const isMine = ({ intended: { row } }: Entry): boolean => row?.batch === wanted.batch && wanted.isMine(row.key);
  const dead = signal
    ? await deadRuns(context.engine, left, isMine, signal)
    : left.runs.filter(({ life }) => life === 'dead');
  for (const run of dead) {
    for (const entry of run.entries.values()) {
      const { row } = entry.intended;
      if (!row || !isAt(entry, wanted)) continue;
      past.elsewhere.delete(row.key);
      if (!past.made.has(row.key)) past.unfinished.set(row.key, { run, entry });
    }
  }
  return past;
}

function forget(past: Past, key: string): void {
  past.made.delete(key);
  past.failed.delete(key);
}

function note(past: Past, key: string, entry: Entry): void {
  const how = entry.ended?.how;
  if (how === 'kept' || how === 'saved') past.made.set(key, [...(past.made.get(key) ?? []), packed(entry)]);
  if (how === 'expired') past.made.delete(key);
  if (isOwnFailure(entry) && !past.made.has(key)) past.failed.add(key);
}

/** As text outside the heap, without what the row says: objects of a hundred thousand tasks would fill the memory. */
function packed({ intended, temps: _, saving: __, ...entry }: Entry): Buffer {
  const { at, target } = intended;
  return Buffer.from(JSON.stringify({ ...entry, intended: { at, target } }));
}

/** Returns what was made for a task, the newest last. */
export function madeFor(past: Past, task: BatchTask, { batch, server, account }: Omit<Wanted, 'isMine'>): Entry[] {
  const { row, id, key, request } = task;
  return (past.made.get(key) ?? []).map((text) => {
    const { intended, ...entry } = JSON.parse(text.toString()) as Entry;
    const own = { batch, row, key, ...(id !== undefined && { id }) };
    return { ...entry, temps: [], saving: {}, intended: { ...intended, server, account, request, row: own } };
  });
}

/** What there is of a task. Only what is wanted, and what never got an answer, is bought. */
export type Standing = 'elsewhere' | 'made' | 'failed' | 'unanswered' | 'accepted' | 'wanted';

export function standingOf(
  past: Past,
  key: string,
  flags: { new?: boolean; retryFailed?: boolean },
  { engine }: Pick<Context, 'engine'>,
): Standing {
  if (past.elsewhere.has(key)) return 'elsewhere';
  if (flags.new) return 'wanted';
  if (past.made.has(key)) return 'made';
  const left = past.unfinished.get(key);
  // The service may have forgotten the key of an old request without an answer: it is not sent again unasked.
  const isFailed = past.failed.has(key) || (left !== undefined && isForgotten(engine, left.entry));
  if (isFailed && !flags.retryFailed) return 'failed';
  if (!left) return 'wanted';
  return left.entry.accepted ? 'accepted' : 'unanswered';
}

/** Of what was made for a task, what is where it is wanted now; else what has its files; else the last. */
export async function nearest(entries: readonly Entry[], task: BatchTask): Promise<Entry | undefined> {
  for (const entry of entries) if (await isThere(entry, task)) return entry;
  for (const entry of entries) if (await hasFiles(entry)) return entry;
  return entries[0];
}

/** Tells whether what was made has its files where the task wants them. */
export async function isThere(entry: Entry, { target }: BatchTask): Promise<boolean> {
  const { folder, output } = entry.intended.target;
  return folder === target.folder && output === target.output && (await hasFiles(entry));
}

async function hasFiles(entry: Entry): Promise<boolean> {
  const there = await Promise.all(filesOf(entry).map(({ path }) => exists(path)));
  return there.length > 0 && there.every(Boolean);
}
