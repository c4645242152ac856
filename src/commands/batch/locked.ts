import { join } from 'node:path';
import { nodeFiles } from '../../disk/files.ts';
import { exists } from '../../disk/place.ts';
import { type Entry, filesOf } from '../../journal/entry.ts';
import type { SavedFile, Target } from '../../journal/event.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { shortList } from './check.ts';
import { filesNamed, findRenamed, hashOfFile, openDisk } from './disk.ts';
import { type LockLine, openLock, slotOf } from './lock.ts';
import { lockPath, type Output, pathFrom, slotOfFile } from './outputs.ts';
import { madeFor, type Past, type PlacedBatch } from './past.ts';
import type { BatchTask } from './tasks.ts';

/** What the lock has a run do for one task. */
type Step =
  | { do: 'nothing' }
  /** A file is not ours to replace. */
  | { do: 'leave'; why: string }
  | Buy
  | Fetch;

export interface Buy {
  do: 'buy';
  target: Target;
}

/** It is bought, and files are missing. `task` is unknown to this machine's record where there is no `entry`. */
export interface Fetch {
  do: 'fetch';
  target: Target;
  line: Pick<LockLine, 'task' | 'server'>;
  entry: Entry | undefined;
  /** Its pictures that are not fetched. */
  kept: LockLine[];
  /** Whether all its pictures may be replaced by those of another purchase. */
  mayReplace: boolean;
}

/** A run with a lock file. */
export type Locked = Awaited<ReturnType<typeof openLocked>>;

type PictureFile = Pick<SavedFile, 'path' | 'sha256' | 'bytes'>;
type Bought = Pick<LockLine, 'server' | 'task' | 'cost' | 'day'>;

/** Reads the lock file, and what the record knows beyond it, and finds what has to be bought. */
export async function openLocked(batch: PlacedBatch, past: Past, tasks: readonly BatchTask[]) {
  const { context, source, flags, plan, place } = batch;
  const { reporter } = context;
  const server = place.server.base;
  const whole = lockPath(source.path);
  const lock = await openLock(lockPath(source.path, plan.shard), plan.shard && whole);
  const disk = await openDisk(context, whole);
  const { folder } = disk;
  /** The first pictures of outputs that no entry makes any more, by the hash of what was asked for. */
  const former = new Map<string, LockLine>();
  for (const line of lock.lines().reverse())
    if (line.picture === undefined && !plan.outputs?.has(slotOf(line))) former.set(line.request, line);
  const now = context.world.clock.now();
  /** The keys of tasks that need nothing more. */
  const settled = new Set<string>();
  const toBuy: BatchTask[] = [];
  for (const task of tasks) if ((await stepFor(task))?.do === 'buy') toBuy.push(task);

  /** Decides anew each time: a file may have been changed by hand meanwhile. */
  async function stepFor(task: BatchTask): Promise<Step | undefined> {
    const { output: wanted, key } = task;
    if (!wanted) return undefined;
    if (settled.has(key)) return { do: 'nothing' };
    const { slot, hash } = wanted;
    const lines = lock.find(slot, hash);
    const of = { locked: [] as LockLine[], missing: [] as LockLine[], edited: [] as LockLine[] };
    for (const line of lines) of[await disk.state(line)].push(line);
    const [first] = lines;
    const isSame = first?.request === hash && !flags.new;
    const entry = flags.new ? undefined : madeFor(past, task, place).at(-1);
    if (
      (isSame && of.locked.length === lines.length) ||
      (await isRecognised(wanted, entry)) ||
      (!first && !flags.new && (await isRenamed(wanted)))
    ) {
      settled.add(key);
      return { do: 'nothing' };
    }
    // What was bought is replaced; nothing else is, unless that was asked for.
    const foreign = first ? of.edited.map(({ output }) => output) : await filesNamed(folder, slot);
    const mayReplace = foreign.length === 0 || flags.overwrite === true;
    const replaced = [...of.locked.map(({ output }) => output), ...(mayReplace ? foreign : [])];
    const target: Target = {
      ...task.target,
      folder,
      output: `${slot.replace(/[{}]/g, '$&$&')}.{ext}`,
      existing: 'overwrite',
      replaces: replaced.map((output) => join(folder, output)),
    };
    if (past.tasks.get(key)?.unfinished) return { do: 'buy', target };
    if (isSame && (of.missing.length > 0 || mayReplace)) {
      const kept = mayReplace ? of.locked : [...of.locked, ...of.edited];
      const known = entry?.accepted?.id === first.task ? entry : undefined;
      return { do: 'fetch', target, line: first, entry: known, kept, mayReplace };
    }
    if (!mayReplace) {
      const why = first ? 'was changed by hand' : 'is there and not in the lock';
      return { do: 'leave', why: `${foreign[0]} ${why}: left as it is; --overwrite replaces it` };
    }
    if (!entry?.accepted) return { do: 'buy', target };
    return { do: 'fetch', target, line: { task: entry.accepted.id, server }, entry, kept: [], mayReplace };
  }

  /** What an interrupted run saved, or a run without --lock, and did not note. */
  async function isRecognised(wanted: Output, entry: Entry | undefined): Promise<boolean> {
    const files = entry ? filesOf(entry) : [];
    const [first] = files;
    if (!entry?.accepted || !first || slotOfFile(pathFrom(folder, first.path)) !== wanted.slot) return false;
    for (const { path, sha256 } of files) if ((await hashOfFile(path)) !== sha256) return false;
    const { id: task, at, cost } = entry.accepted;
    await note(wanted, files, { server, task, cost: costOf(entry.completed?.cost ?? cost), day: dayOf(at) });
    return true;
  }

  /** What was bought already for an output that was given another name. */
  async function isRenamed(wanted: Output): Promise<boolean> {
    const bought = former.get(wanted.hash);
    const files = bought && (await findRenamed(disk, lock, wanted, slotOf(bought)));
    if (!files) return false;
    await note(wanted, files, bought);
    reporter.note(`${pathFrom(folder, files[0]?.path ?? '')} was bought as ${bought.output} for the same request`);
    return true;
  }

  async function note(wanted: Output, files: readonly PictureFile[], bought: Bought, kept: LockLine[] = []) {
    const { slot, hash: request } = wanted;
    const { server, task, cost, day } = bought;
    const lines = files.map(({ path, sha256, bytes }, index): LockLine => {
      const old = kept.find(({ picture = 1 }) => picture === index + 1);
      if (old) return old;
      const output = pathFrom(folder, path);
      disk.note(output, sha256);
      const of = index > 0 || slotOfFile(output) !== slot ? { of: slot } : {};
      const picture = index > 0 ? { picture: index + 1 } : {};
      return { output, ...picture, ...of, request, server, task, sha256, bytes, cost, day };
    });
    lock.set(slot, lines);
    await lock.save();
  }

  return {
    stepFor,
    toBuy,

    /** Notes the pictures that were saved for a task. */
    async saved({ output: wanted }: BatchTask, report: TaskReport, step: Buy | Fetch | undefined): Promise<void> {
      const { images, task_id: task, cost, created_at } = report;
      const files = images.flatMap(({ path, sha256, bytes }) =>
        path !== null && sha256 !== null && bytes !== null ? [{ path, sha256, bytes }] : [],
      );
      if (!wanted || task === null || files.length === 0) return;
      const [first] = lock.find(wanted.slot, wanted.hash);
      const day = dayOf(created_at === null ? now : Date.parse(created_at));
      const bought = first?.task === task ? first : { server, task, cost: costOf(cost), day };
      await note(wanted, files, bought, step?.do === 'fetch' ? step.kept : []);
      // Pictures in another format, or fewer of them, do not take the names of all that they replace.
      const replaced = (step?.do === 'buy' && step.target.replaces) || [];
      for (const path of replaced) if (!files.some((file) => file.path === path)) await nodeFiles.remove(path);
    },

    /** Forgets outputs that are gone from file and disk, and names those that no entry makes any more. */
    async finish(isWhole: boolean): Promise<void> {
      const unused: string[] = [];
      for (const line of isWhole ? lock.lines() : []) {
        if (plan.outputs?.has(slotOf(line))) continue;
        if (await exists(join(folder, line.output))) unused.push(line.output);
        else if (!plan.shard) lock.forget(line);
      }
      if (unused.length > 0) reporter.note(`No entry makes ${shortList(unused)} any more: left as it is`);
      await lock.save();
      await disk.save();
    },
  };
}

function costOf(cost: TaskReport['cost'] | undefined): LockLine['cost'] {
  const cents = cost?.charged_cents ?? cost?.reserved_cents ?? null;
  return cost && cents !== null ? { currency: cost.currency, cents } : null;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
