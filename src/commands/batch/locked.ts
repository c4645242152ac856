import { copyFile, constants as copying } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import { nodeFiles } from '../../disk/files.ts';
import { makeFolder } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { type Entry, filesOf } from '../../journal/entry.ts';
import type { Target } from '../../journal/event.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { type LockLine, openLock } from './lock.ts';
import { hashOfFile, openDisk } from './lock-state.ts';
import { lockPath, type Output, pathFrom, slotOfFile } from './outputs.ts';
import { madeFor, type Past, type Wanted } from './past.ts';
import type { BatchFlags, BatchPlan, BatchTask } from './plan.ts';
import type { BatchSource } from './source.ts';

/** What the lock has a run do for one task. */
export type Step =
  | { do: 'nothing' }
  /** The file is not ours to replace. */
  | { do: 'leave'; why: string }
  | { do: 'buy'; target: Target }
  /** It is bought, and its file is missing. `task` is unknown to this machine's record where there is no `entry`. */
  | { do: 'fetch'; target: Target; line: Pick<LockLine, 'task' | 'server'>; entry: Entry | undefined };

/** A run with a lock file. */
export interface Locked {
  step(task: BatchTask): Promise<Step | undefined>;
  /** Yields the tasks that the lock does not have. */
  unlocked(tasks: AsyncIterable<BatchTask>): AsyncGenerator<BatchTask>;
  /** Notes the picture that was saved for a task. */
  saved(task: BatchTask, report: TaskReport): Promise<void>;
  /** Forgets outputs that are gone from file and disk, and names those that no entry makes any more. */
  finish(isWhole: boolean): Promise<void>;
}

/** Reads the lock file, and what the record knows beyond it. */
export async function openLocked(
  context: Context,
  { source, plan, ...at }: { source: BatchSource; plan: BatchPlan } & Omit<Wanted, 'isMine'>,
  past: Past,
  flags: BatchFlags,
): Promise<Locked> {
  const { server } = at;
  const { reporter, world, state } = context;
  const whole = lockPath(source.path);
  const path = lockPath(source.path, plan.shard);
  const folder = dirname(path);
  const lock = await openLock(nodeFiles, path, plan.shard ? [whole] : []);
  const now = world.clock.now();
  const disk = await openDisk({ files: nodeFiles, folder, path: whole, state, strict: false, now });

  /** What an interrupted run saved, or a run without --lock, and did not note. */
  async function recognised({ slot, hash }: Output, entry: Entry | undefined): Promise<boolean> {
    const file = entry && filesOf(entry)[0];
    if (!entry?.accepted || !file || slotOfFile(pathFrom(folder, file.path)) !== slot) return false;
    if ((await hashOfFile(file.path).catch(() => undefined)) !== file.sha256) return false;
    const cost = entry.completed?.cost ?? entry.accepted.cost;
    await note({ ...file, output: pathFrom(folder, file.path) }, hash, {
      server: server.base,
      task: entry.accepted.id,
      cost: costOf(cost),
      day: dayOf(entry.accepted.at),
    });
    return true;
  }

  async function note(
    { output, sha256, bytes }: Pick<LockLine, 'output' | 'sha256' | 'bytes'>,
    request: string,
    bought: Pick<LockLine, 'server' | 'task' | 'cost' | 'day'>,
  ): Promise<void> {
    const { server: at, task, cost, day } = bought;
    await lock.set({ output, request, server: at, task, sha256, bytes, cost, day });
    disk.note(output, sha256);
  }

  /** An entry was given another output: the picture is bought already, and stands under its old name or the new one. */
  async function renamed({ slot, hash }: Output, untracked: string | undefined): Promise<boolean> {
    for (const line of lock.lines()) {
      if (line.request !== hash || plan.outputs?.has(slotOfFile(line.output))) continue;
      const ending = /\.\w+$/.exec(line.output)?.[0] ?? '';
      const output = `${slot}${ending}`;
      if (untracked === output) {
        if ((await hashOfFile(join(folder, output))) !== line.sha256) return false;
        lock.forget(line);
      } else if ((await disk.state(line)) === 'locked' && untracked === undefined) {
        await makeFolder(dirname(join(folder, output)));
        await copyFile(join(folder, line.output), join(folder, output), copying.COPYFILE_EXCL);
        reporter.note(`${output} is a copy of ${line.output}, which was bought for the same request`);
      } else continue;
      await note({ ...line, output }, line.request, line);
      return true;
    }
    return false;
  }

  /** A file that has the name and is not in the lock. */
  async function untrackedAt(slot: string): Promise<string | undefined> {
    for (const ending of ['png', 'jpg', 'webp', 'gif', 'avif', 'jpeg'])
      if (await exists(join(folder, `${slot}.${ending}`))) return `${slot}.${ending}`;
    return undefined;
  }

  async function step({ output: wanted, ...task }: BatchTask): Promise<Step | undefined> {
    if (!wanted) return undefined;
    const { key, target } = task;
    if (flags.new) return { do: 'buy', target: { ...target, existing: 'overwrite' } };
    const { slot, hash } = wanted;
    const line = lock.find(slot, hash);
    const onDisk = line && (await disk.state(line));
    const isSame = line?.request === hash;
    // What was bought is replaced; nothing else is, unless that was asked for.
    const existing = flags.overwrite || onDisk === 'locked' ? 'overwrite' : 'rename';
    const own: Target = { ...target, existing };
    if (isSame && onDisk === 'locked') return { do: 'nothing' };
    const entry = madeFor(past, task, at).at(-1);
    if (await recognised(wanted, entry)) return { do: 'nothing' };
    if (past.unfinished.has(key)) return { do: 'buy', target: own };
    const untracked = line && onDisk === 'edited' ? line.output : line ? undefined : await untrackedAt(slot);
    if (!line && (await renamed(wanted, untracked))) return { do: 'nothing' };
    if (untracked !== undefined && !flags.overwrite) {
      const why = line ? 'was changed by hand' : 'is there and not in the lock';
      return { do: 'leave', why: `${untracked} ${why}: left as it is; --overwrite replaces it` };
    }
    const literal = { ...own, folder, output: `${slot.replace(/[{}]/g, '$&$&')}.{ext}` };
    if (isSame)
      return {
        do: 'fetch',
        target: { ...literal, output: line.output.replace(/[{}]/g, '$&$&') },
        line,
        entry: entry?.accepted?.id === line.task ? entry : undefined,
      };
    if (entry?.accepted)
      return { do: 'fetch', target: literal, line: { task: entry.accepted.id, server: server.base }, entry };
    return { do: 'buy', target: own };
  }

  async function noteSaved(
    { slot, hash }: Output,
    { images: [image], task_id, cost, created_at }: TaskReport,
  ): Promise<void> {
    if (!image?.path || !image.sha256 || image.bytes === null || task_id === null) return;
    const before = lock.find(slot, hash);
    const isFetched = before?.task === task_id;
    const day = dayOf(created_at === null ? now : Date.parse(created_at));
    const { path: file, sha256, bytes } = image;
    const bought = isFetched ? before : { server: server.base, task: task_id, cost: costOf(cost), day };
    await note({ output: pathFrom(folder, file), sha256, bytes }, hash, bought);
  }

  return {
    step,

    async *unlocked(tasks) {
      for await (const task of tasks) if ((await step(task))?.do === 'buy') yield task;
    },

    async saved({ output }, report) {
      if (output) await noteSaved(output, report);
    },

    async finish(isWhole) {
      const unused: string[] = [];
      for (const line of isWhole ? lock.lines() : []) {
        if (plan.outputs?.has(slotOfFile(line.output))) continue;
        if (await exists(join(folder, line.output))) unused.push(line.output);
        else if (!plan.shard) lock.forget(line);
      }
      if (unused.length > 0) {
        const shown = `${unused.slice(0, 10).join(', ')}${unused.length > 10 ? ` and ${unused.length - 10} more` : ''}`;
        reporter.note(`No entry makes ${shown} any more: left as it is`);
      }
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
