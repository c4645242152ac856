import { join } from 'node:path';
import { digestOf } from './digest.ts';
import { type Entry, joined } from './entry.ts';
import { NewerFormat, unreadableText } from './failures.ts';
import { type Folders, findLeft, type Left, type LeftRun } from './left-runs.ts';
import { isRunFile } from './names.ts';
import { partsWith } from './parts.ts';
import { nothingRead, readRun } from './read-run.ts';

/** What the record says of a task. */
export interface Known {
  entry: Entry;
  /** Another process works on it. */
  busy: boolean;
  /** The dead run that holds it unfinished. */
  run?: Pick<LeftRun, 'path'> | undefined;
}

type Warn = (text: string) => void;

/** Finds tasks by their ids: the newest that is known of each. */
export async function findTasks(folders: Folders, ids: readonly string[], warn: Warn): Promise<Map<string, Known>> {
  const { files, state, runs, finished } = folders;
  const found = new Map<string, Known>();

  function take(entry: Entry, where: Omit<Known, 'entry'>): void {
    const id = entry.accepted?.id;
    if (id === undefined || !ids.includes(id)) return;
    const known = found.get(id);
    found.set(id, {
      entry: known ? joined(known.entry, entry) : entry,
      busy: where.busy || known?.busy === true,
      run: known?.run ?? where.run,
    });
  }

  for (const file of (await files.list(runs)).filter(isRunFile).sort().reverse()) {
    const path = join(runs, file);
    const digest = await digestOf(files, state, path).catch((error) => warn(unreadableText(path, error)));
    const parts = digest ? partsWith(digest.index, ...ids.map((id) => ` ${id} `)) : [];
    for (const { span } of parts) {
      const note = (entry: Entry): void => take(entry, { busy: false });
      await readRun(files, path, note, nothingRead(span.from), span.to);
    }
    const isOwn = folders.isOwn(path);
    const isDead = isOwn || (await folders.lifeOf(path)) === 'dead';
    for (const entry of digest?.open.values() ?? [])
      take(entry, { busy: !isDead, run: isDead && !isOwn ? { path } : undefined });
  }
  for (const id of ids.filter((each) => !found.get(each)?.entry.ended)) {
    for (const part of await finished.ofTask(id)) {
      const path = join(finished.folder, part.file);
      const note = (entry: Entry): void => take(entry, { busy: false, run: entry.ended ? undefined : { path } });
      await finished.readPart(part, note).catch((error) => warn(unreadableText(path, error)));
    }
  }
  return found;
}

/** Often enough for any number of processes that move files at this moment. */
const mostPasses = 20;

/** Visits each task of a batch that is recorded, some more than once; `run` is undefined for those that ended. */
export async function visitBatch(
  folders: Folders,
  batch: string,
  visit: (entry: Entry, run: LeftRun | undefined) => Promise<void>,
  warn: Warn,
): Promise<Left> {
  const isOf = ({ intended: { row } }: Entry): boolean => row?.batch === batch;
  const visitEnded = async (entry: Entry): Promise<void> => {
    if (isOf(entry)) await visit(entry, undefined);
  };
  for (let pass = 1; ; pass++) {
    const left = await findLeft(folders, { letGo: true, live: true, tidy: true });
    let hasMoved = false;
    /** Tells whether the file is there. */
    const read = async (path: string): Promise<boolean> => {
      try {
        return (await readRun(folders.files, path, visitEnded)) !== undefined;
      } catch (error) {
        const problem = unreadableText(path, error);
        if (error instanceof NewerFormat) warn(problem);
        else left.unreadable.push(problem);
        return true;
      }
    };
    for (const run of left.runs) {
      if (partsWith(run.index, ` ${batch} `).length > 0) hasMoved ||= !(await read(run.path));
      for (const entry of run.entries.values()) if (isOf(entry)) await visit(entry, run);
    }
    // Later than the unfinished ones: what moves there meanwhile is seen twice, and not missed.
    for (const path of await folders.finished.ofBatch(batch)) await read(path);
    if (!hasMoved || pass === mostPasses) return left;
  }
}
