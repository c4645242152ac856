import { join } from 'node:path';
import type { AppendFile } from '../disk/append-file.ts';
import type { Clock } from '../world.ts';
import { type Digest, digestOf } from './digest.ts';
import { type Entry, eventsOf, type TaskEntry } from './entry.ts';
import { codeOf, isAbsent, lostRun, unwritable } from './failures.ts';
import { closeContinued, doubtUnsent, type Folders } from './left-runs.ts';
import { letGo, newStamp, nobody, parseRunName, runFile } from './names.ts';
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
  warn(text: string): void;
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

  /**
   * Starts a run that goes on with what is open in a former one, which has this process's name. Undefined where another
   * process, believing this one dead, was quicker.
   */
  async function start(former?: Digest & { path: string }): Promise<Run | undefined> {
    const open: Map<string, TaskEntry> = former?.open ?? new Map();
    const before = former && parseRunName(former.path);
    const name = { stamp: newStamp(options.clock.now()), takenOver: before?.takenOver ?? 0, whose: me };
    const path = join(runs, runFile(name));
    const closing = former && { ...former, path: nextName(former.path) };
    const put = (): Promise<void> => write(path, open.values(), before ? [...former.continues, before.stamp] : []);
    // Another process may take this one for dead, and tidy its unfinished file away.
    await put().catch((error) => (isAbsent(error) ? put() : Promise.reject(error)));
    let file: AppendFile;
    try {
      // Whoever meant to take the former over finds it no more, or has done so: then this run is void.
      if (closing) await files.rename(former.path, closing.path).catch(passPutAside);
      file = await files.openAppend(path);
    } catch (error) {
      if (isAbsent(error)) return void (await files.remove(path));
      await files.rename(path, join(runs, runFile({ ...name, whose: nobody }))).catch(() => undefined);
      throw error;
    }
    let isFormerClosed = await closeFormer().catch(() => false);
    const run = createRun({
      file,
      open,
      holdsClaims: options.holdsClaims,
      async remake(entries): Promise<AppendFile> {
        await options.restore();
        await write(path, entries, []);
        options.warn(`the state folder ${state} was deleted: a new record of the running tasks is written`);
        return await files.openAppend(path);
      },
      async release(left, whole) {
        all.delete(path);
        isFormerClosed ||= await closeFormer().catch(() => false);
        const isLetGo = [...left.values()].every((entry) => entry.letGo);
        const isDone = whole && isFormerClosed && isLetGo;
        if (!isDone) await files.rename(path, join(runs, runFile({ ...name, whose: nobody })));
        else await finished.put(path, runFile(left.size === 0 ? name : { ...name, whose: letGo }));
      },
    });
    all.set(path, run);
    return run;

    /** Another process that found this run has put the former aside for it, under the name that it had. */
    async function passPutAside(error: unknown): Promise<void> {
      const aside = former && join(finished.folder, runFile(parseRunName(former.path)));
      if (!isAbsent(error) || !aside || (await files.facts(aside)) === undefined) throw error;
    }

    /** Another process may have done it. */
    async function closeFormer(): Promise<boolean> {
      if (closing) await closeContinued(folders, closing).catch((error) => isAbsent(error) || Promise.reject(error));
      return true;
    }
  }

  /** Returns the name of a file of this process after it was taken over once more. */
  function nextName(path: string): string {
    const name = parseRunName(path);
    return join(runs, runFile({ ...name, takenOver: name.takenOver + 1, whose: me }));
  }

  /** Renamed, it is this process's alone; copied, its tasks are out of reach of a process that comes to life again. */
  async function takeOver(path: string): Promise<Run | undefined> {
    const { whose } = parseRunName(path);
    const mine = nextName(path);
    try {
      await options.prepare();
      await files.rename(path, mine);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw unwritable(`${path}: ${codeOf(error)}`, error);
    }
    try {
      const digest = await digestOf(files, state, mine);
      if (!digest) return undefined;
      if (!folders.isKept(path)) doubtUnsent(digest.open);
      return await start({ ...digest, path: mine });
    } catch (error) {
      const left = { ...parseRunName(mine), whose: parseOwner(whose) ? nobody : whose };
      await files.rename(mine, join(runs, runFile(left))).catch(() => undefined);
      throw unwritable(`${path}: ${codeOf(error)}`, error);
    }
  }

  return {
    all,
    async begin() {
      const run = await start();
      if (run) return run;
      throw lostRun();
    },
    takeOver,
    async close() {
      await Promise.all([...all.values()].map((run) => run.close()));
      all.clear();
    },
  };
}
