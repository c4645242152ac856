import { basename, join } from 'node:path';
import { flushFolder } from '../disk/make-folders.ts';
import { openAppendFile } from './append-file.ts';
import type { Entry } from './entry.ts';
import { formatVersion } from './event.ts';
import type { Forgettable, RunFile } from './forget.ts';
import type { Query } from './newest.ts';
import { heartbeatMs, letGo } from './owner.ts';
import { createRun, type Run } from './run.ts';
import { openRunFolders, type RunFoldersOptions, whoseIs } from './run-folders.ts';
import { unwritable } from './unwritable.ts';

/** A run whose process is gone and that left something to do. */
export interface DeadRun {
  name: string;
  /** The tasks that did not end, by their idempotency keys. */
  entries: Map<string, Entry>;
  /** Those that did, but for rows of a batch: there may be many. */
  ended: Entry[];
}

/** The record on disk of what was intended, accepted and saved. Each process writes files of its own only. */
export interface Journal {
  /** This process's own run, made with the first use. Throws where the folder cannot be written. */
  run(): Promise<Run>;
  /** The runs of processes that are gone, oldest first; `interrupted`: without those that were only let go. */
  dead(only?: 'interrupted'): Promise<DeadRun[]>;
  /** How many runs other processes are at work on. */
  alive(): Promise<number>;
  /** Runs on other machines, or in other containers, of which nobody here can tell whether they go on. */
  unsure(): Promise<DeadRun[]>;
  /** Waits until such a run gives a sign of life, or has given none for so long that it is dead. */
  untilSure(run: DeadRun, signal: AbortSignal): Promise<void>;
  /** Takes a dead run over; undefined where somebody else was quicker. */
  claim(name: string): Promise<Run | undefined>;
  /** Every task ever recorded, the newest runs first, until `visit` answers true. `busy`: another process is at it. */
  each(visit: (entry: Entry, busy: boolean) => boolean): Promise<void>;
  /** Every task ever recorded, in no order, one at a time: for those that keep but little of each. */
  scan(visit: (entry: Entry) => void | Promise<void>): Promise<void>;
  /** The newest tasks that match, newest first, each once. A file that cannot be read is named to `unreadable`. */
  newest(query: Query, unreadable: (path: string, error: unknown) => void): Promise<Entry[]>;
  /** What of the chosen tasks can be forgotten: all but those that are not finished, or whose run goes on. */
  forgettable(isChosen: (entry: Entry) => boolean): Promise<Forgettable>;
  /** Removes the record of these tasks; their pictures stay. */
  forget(keys: ReadonlySet<string>): Promise<void>;
  /** The runs that this process owns now. */
  owned(): readonly Run[];
  close(): Promise<void>;
}

/** So often somebody else's run is looked at. */
const signOfLifeMs = 500;

export interface JournalOptions extends RunFoldersOptions {
  version: string;
}

export function openJournal({ version, ...options }: JournalOptions): Journal {
  const { folder, clock } = options;
  const folders = openRunFolders(options);
  const { runs, done } = folders;
  const owned = new Map<string, Run>();
  let own: Promise<Run> | undefined;
  let stopHeartbeat: (() => void) | undefined;

  async function create(): Promise<Run> {
    await folders.make();
    const name = folders.newName();
    const file = await openAppendFile(join(runs, name), false);
    await file.append(`${JSON.stringify({ format: formatVersion, program: version })}\n`);
    await flushFolder(runs);
    return adopt(name, createRun(join(runs, name), file, new Map(), done));
  }

  function adopt(name: string, run: Run): Run {
    owned.set(name, run);
    stopHeartbeat ??= clock.every(heartbeatMs, () => {
      for (const each of owned.values()) each.touch(clock.now());
    });
    return run;
  }

  async function isDead(name: string): Promise<boolean> {
    return !owned.has(name) && (await folders.lifeOf(name)) === 'dead';
  }

  async function isBusy(path: string): Promise<boolean> {
    const name = basename(path);
    if (!path.startsWith(runs) || owned.has(name)) return false;
    const life = await folders.lifeOf(name);
    return life !== undefined && life !== 'dead';
  }

  /** Undefined where the file cannot be read, or is of a newer format; `isStrange` where a later version may know more. */
  async function readDead(name: string): Promise<(DeadRun & { isStrange: boolean }) | undefined> {
    let isStrange = false;
    const ended: Entry[] = [];
    const entries = await folders.read(
      join(runs, name),
      (entry) => entry.intended.row ?? ended.push(entry),
      () => {
        isStrange = true;
      },
    );
    return entries && { name, entries, ended, isStrange };
  }

  return {
    run: () =>
      (own ??= create().catch((error) => {
        throw unwritable(`${folder}: ${codeOf(error)}`, error);
      })),
    owned: () => [...owned.values()],

    async dead(only) {
      const found: DeadRun[] = [];
      for (const name of await folders.list(runs)) {
        if ((only && whoseIs(name) === letGo) || !(await isDead(name))) continue;
        const run = await readDead(name);
        if (!run) continue;
        const left = [...run.entries.values()];
        if (left.length === 0) {
          if (!run.isStrange) await folders.putAside(name, 'done');
        } else if (only && left.every((entry) => entry.letGo)) await folders.putAside(name, letGo);
        else found.push(run);
      }
      return found;
    },

    async unsure() {
      const found: DeadRun[] = [];
      for (const name of await folders.list(runs)) {
        const run = (await folders.lifeOf(name)) === 'unsure' ? await readDead(name) : undefined;
        if (run) found.push(run);
      }
      return found;
    },

    async untilSure({ name }, signal) {
      const before = await folders.lastSign(name);
      while ((await folders.lifeOf(name)) === 'unsure' && (await folders.lastSign(name)) === before)
        await clock.wait(signOfLifeMs, signal);
    },

    async alive() {
      let count = 0;
      for (const name of await folders.list(runs)) if (await isBusy(join(runs, name))) count += 1;
      return count;
    },

    async claim(name) {
      try {
        const mine = await folders.takeOver(name);
        if (mine === undefined) return undefined;
        const entries = (await folders.read(join(runs, mine))) ?? new Map<string, Entry>();
        const file = await openAppendFile(join(runs, mine), true);
        return adopt(mine, createRun(join(runs, mine), file, entries, done));
      } catch (error) {
        throw unwritable(`${join(runs, name)}: ${codeOf(error)}`, error);
      }
    },

    async each(visit) {
      for (const path of (await folders.all()).sort(newestFirst)) {
        const ended: Entry[] = [];
        const open = await folders.read(path, (entry) => ended.push(entry));
        const all = [...ended, ...(open?.values() ?? [])].sort((a, b) => b.intended.at - a.intended.at);
        const busy = open !== undefined && open.size > 0 && (await isBusy(path));
        if (all.some((entry) => visit(entry, busy && !entry.ended))) return;
      }
    },

    async scan(visit) {
      for (const path of await folders.all()) {
        const open = await folders.read(path, visit);
        for (const entry of open?.values() ?? []) await visit(entry);
      }
    },

    async newest(query, unreadable) {
      const { newestOf } = await import('./newest.ts');
      return newestOf({ runs, done }, query, unreadable);
    },

    async forgettable(isChosen) {
      const { findForgettable } = await import('./forget.ts');
      const files: RunFile[] = [];
      for (const name of await folders.list(done)) files.push({ path: join(done, name), state: 'done' });
      for (const name of await folders.list(runs)) {
        files.push({ path: join(runs, name), state: (await isDead(name)) ? 'dead' : 'running' });
      }
      return findForgettable(files, isChosen);
    },

    async forget(keys) {
      const { forgetIn, holdsAny } = await import('./forget.ts');
      for (const name of await folders.list(done)) {
        if (await holdsAny(join(done, name), keys)) await forgetIn(join(done, name), keys);
      }
      for (const name of await folders.list(runs)) {
        if (!(await isDead(name)) || !(await holdsAny(join(runs, name), keys))) continue;
        const mine = await folders.takeOver(name);
        if (mine !== undefined) await forgetIn(join(runs, mine), keys);
      }
    },

    async close() {
      stopHeartbeat?.();
      await Promise.all([...owned.values()].map((run) => run.close()));
      owned.clear();
      if (own && clock.random() < 0.1) await folders.prune().catch(() => undefined);
    },
  };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function newestFirst(a: string, b: string): number {
  return basename(a) < basename(b) ? 1 : -1;
}
