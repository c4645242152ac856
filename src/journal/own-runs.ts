import { join } from 'node:path';
import type { AppendFile } from '../disk/files.ts';
import type { Clock } from '../world.ts';
import { digestOf } from './digest.ts';
import { type Entry, eventsOf, type TaskEntry } from './entry.ts';
import { codeOf, unwritable } from './failures.ts';
import { closeContinued, doubtUnsent, type Folders } from './left-runs.ts';
import { letGo, newStamp, nobody, parseRunName, type RunName, runFile } from './names.ts';
import { type Owner, ownerName, parseOwner } from './owner.ts';
import { formatVersion, markLine } from './read-run.ts';
import { createRun, type Run } from './run.ts';

/** The runs that this process writes. */
export interface OwnRuns {
  /** By path. */
  all: ReadonlyMap<string, Run>;
  /** Begins a run without tasks. Throws what the file system throws. */
  begin(): Promise<Run>;
  /** Takes a dead run over; undefined where another process was quicker. Throws where it cannot be read or written. */
  takeOver(path: string): Promise<Run | undefined>;
  close(): Promise<void>;
}

export interface OwnRunsOptions {
  owner: Owner;
  clock: Clock;
  /** Of the program. */
  version: string;
  /** Makes the folders, and has this process show that it lives. */
  prepare(): Promise<void>;
  holdsClaims(): boolean;
  /** The state folder was deleted, and is made anew. */
  restore(): Promise<void>;
}

/** What a run goes on with. */
interface Start {
  open: Map<string, TaskEntry>;
  takenOver: number;
  /** Stamps of earlier runs. */
  continues: readonly string[];
  /** Closes the file that the open tasks came from. */
  closeFormer(): Promise<void>;
}

export function openOwnRuns(folders: Folders, options: OwnRunsOptions): OwnRuns {
  const { files, state, runs, finished } = folders;
  const all = new Map<string, Run>();
  const me = ownerName(options.owner);

  /** Written whole, under a name of its own: from then on what it continues is closed. */
  async function write(path: string, open: Iterable<TaskEntry>, continues: readonly string[]): Promise<void> {
    const mark = { format: formatVersion, program: options.version };
    const events = [...open].flatMap((entry) => (entry.intended.request ? eventsOf(entry as Entry) : []));
    const lines = events.map((event) => `${JSON.stringify(event)}\n`);
    await options.prepare();
    await files.replace(path, markLine({ ...mark, ...(continues.length > 0 && { continues }) }) + lines.join(''));
    await files.flushFolder(runs);
  }

  async function start({ open, takenOver, continues, closeFormer }: Start): Promise<Run> {
    const name = { stamp: newStamp(options.clock.now()), takenOver, whose: me };
    const path = join(runs, runFile(name));
    await write(path, open.values(), continues);
    const file = await files.openAppend(path).catch(async (error) => {
      await files.rename(path, join(runs, runFile({ ...name, whose: nobody })));
      throw error;
    });
    let isFormerClosed = await closeFormer().then(
      () => true,
      () => false,
    );
    const run = createRun({
      file,
      open,
      holdsClaims: options.holdsClaims,
      async remake(entries): Promise<AppendFile> {
        await options.restore();
        await write(path, entries, []);
        return await files.openAppend(path);
      },
      async release(left, whole) {
        all.delete(path);
        if (!isFormerClosed) await closeFormer().then(() => (isFormerClosed = true));
        const isLetGo = [...left.values()].every((entry) => entry.letGo);
        const isDone = whole && isFormerClosed && isLetGo;
        if (!isDone) await files.rename(path, join(runs, runFile({ ...name, whose: nobody })));
        else await finished.put(path, runFile(left.size === 0 ? name : { ...name, whose: letGo }));
      },
    });
    all.set(path, run);
    return run;
  }

  /** Renamed, it is this process's alone; copied, its tasks are out of reach of a process that comes to life again. */
  async function takeOver(path: string): Promise<Run | undefined> {
    const before = parseRunName(path);
    const name: RunName = { ...before, takenOver: before.takenOver + 1, whose: me };
    const mine = join(runs, runFile(name));
    try {
      await options.prepare();
      await files.rename(path, mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unwritable(`${path}: ${codeOf(error)}`, error);
    }
    try {
      const digest = await digestOf(files, state, mine);
      if (!digest) throw new Error('it is gone');
      if (!folders.isKept(path)) doubtUnsent(digest.open);
      return await start({
        open: digest.open,
        takenOver: name.takenOver,
        continues: [...digest.continues, name.stamp],
        closeFormer: () => closeContinued(folders, { path: mine, index: digest.index }),
      });
    } catch (error) {
      const whose = parseOwner(before.whose) ? nobody : before.whose;
      await files.rename(mine, join(runs, runFile({ ...name, whose }))).catch(() => undefined);
      throw unwritable(`${path}: ${codeOf(error)}`, error);
    }
  }

  return {
    all,
    begin: () => start({ open: new Map(), takenOver: 0, continues: [], closeFormer: async () => undefined }),
    takeOver,
    async close() {
      await Promise.all([...all.values()].map((run) => run.close()));
      all.clear();
    },
  };
}
