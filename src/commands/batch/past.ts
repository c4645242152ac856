import { exists } from '../../disk/place.ts';
import { type Entry, filesOf } from '../../journal/entry.ts';
import type { LeftRun } from '../../journal/left-runs.ts';
import type { Engine } from '../../paid-task/engine.ts';
import { inShard } from '../../paid-task/row-key.ts';
import { isAt, isOwnFailure, type RowPlace } from '../../paid-task/rows.ts';
import { deadRuns, isForgotten } from '../../paid-task/take-up.ts';
import type { Batch, BatchFlags } from './plan.ts';
import type { BatchTask } from './tasks.ts';

/** A batch where its pictures are made. */
export interface PlacedBatch extends Batch {
  place: RowPlace;
}

/** What earlier runs made of a task: of the newest attempt that is known. */
export interface Known {
  /** The number of that attempt, from 0. */
  generation: number;
  /** It completed, each time as it is recorded, packed. */
  made: Buffer[];
  /** The task itself failed, or was refused for what it asks. */
  hasFailed?: boolean;
  /** Another process works on it now. */
  isElsewhere?: boolean;
  /** A dead run left it unfinished. */
  unfinished?: { run: LeftRun; entry: Entry };
}

export interface Past {
  /** By the task's key in the batch. */
  tasks: Map<string, Known>;
  /** Files that may hold more, and cannot be read. */
  unreadable: readonly string[];
}

/**
 * Reads the record for one batch: it may have a hundred thousand tasks.
 * @param signal ends the wait for runs of which nobody knows whether they live; without it they count as alive
 */
export async function readPast({ context, plan, place }: PlacedBatch, signal?: AbortSignal): Promise<Past> {
  const tasks = new Map<string, Known>();
  const left = await context.journal.ofBatch(place.batch, async (entry, run) => {
    const { row } = entry.intended;
    if (!row || !isAt(entry, place)) return;
    const { key, generation = 0 } = row;
    const known: Known = tasks.get(key) ?? { generation, made: [] };
    tasks.set(key, known);
    if (generation < known.generation) return; // a newer attempt counts
    if (generation > known.generation) Object.assign(known, { generation, made: [], hasFailed: false });
    if (run || !entry.ended) known.isElsewhere = true;
    else {
      const { how } = entry.ended;
      if (how === 'kept' || how === 'saved') known.made.push(packed(entry));
      if (how === 'expired') known.made = [];
      if (isOwnFailure(entry) && known.made.length === 0) known.hasFailed = true;
    }
  });
  const isMine = ({ intended: { row } }: Entry): boolean => row?.batch === place.batch && inShard(row.key, plan.shard);
  const dead = signal
    ? await deadRuns(context.engine, left, isMine, signal)
    : left.runs.filter(({ life }) => life === 'dead');
  for (const run of dead)
    for (const entry of run.entries.values()) {
      const known = isAt(entry, place) ? tasks.get(entry.intended.row?.key ?? '') : undefined;
      if (!known) continue;
      known.isElsewhere = false;
      if (known.made.length === 0) known.unfinished = { run, entry };
    }
  return { tasks, unreadable: left.unreadable };
}

/** As text outside the heap, without what the row says: objects of a hundred thousand tasks would fill the memory. */
function packed({ intended, temps: _, saving: __, ...entry }: Entry): Buffer {
  const { at, target } = intended;
  return Buffer.from(JSON.stringify({ ...entry, intended: { at, target } }));
}

/** Returns what was made for a task, the newest last. */
export function madeFor({ tasks }: Past, task: BatchTask, { batch, server, account }: RowPlace): Entry[] {
  const { row, id, key, request } = task;
  return (tasks.get(key)?.made ?? []).map((text) => {
    const { intended, ...entry } = JSON.parse(text.toString()) as Entry;
    const own = { batch, row, key, ...(id !== undefined && { id }) };
    return { ...entry, temps: [], saving: {}, intended: { ...intended, server, account, request, row: own } };
  });
}

/** What there is of a task. Only what is wanted, and what never got an answer, is bought. */
export type Standing = 'elsewhere' | 'made' | 'failed' | 'unanswered' | 'accepted' | 'wanted';

export function standingOf(known: Known | undefined, flags: BatchFlags, engine: Engine): Standing {
  if (known?.isElsewhere) return 'elsewhere';
  if (flags.new || !known) return 'wanted';
  const { made, hasFailed, unfinished } = known;
  if (made.length > 0) return 'made';
  // The service may have forgotten the key of an old request without an answer: it is not sent again unasked.
  const isFailed = hasFailed || (unfinished !== undefined && isForgotten(engine, unfinished.entry));
  if (isFailed && !flags.retryFailed) return 'failed';
  if (!unfinished) return 'wanted';
  return unfinished.entry.accepted ? 'accepted' : 'unanswered';
}

/** Of what was made for a task, the newest where it is wanted now; else that has its files; else the newest. */
export async function nearest(past: Past, task: BatchTask, place: RowPlace): Promise<Entry | undefined> {
  const entries = madeFor(past, task, place).reverse();
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
