import { randomBytes } from 'node:crypto';
import { mkdir, open as openFile, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { openAppendFile } from './append-file.ts';
import type { Entry } from './entry.ts';
import { formatVersion } from './event.ts';
import { heartbeatMs, isAlive, type Owner, ownerName, parseOwner } from './owner.ts';
import { createRun, type Run } from './run.ts';
import { unwritable } from './unwritable.ts';

/** Runs that ended are kept so long, for `history`. */
const keptMs = 90 * 24 * 3_600_000;

/** A run whose process is gone and that left something to do. */
export interface DeadRun {
  name: string;
  entries: Map<string, Entry>;
}

/** The record on disk of what was intended, accepted and saved. Each process writes files of its own only. */
export interface Journal {
  /** This process's own run, made with the first use. Throws where the folder cannot be written. */
  run(): Promise<Run>;
  /** The runs of processes that are gone, oldest first. */
  dead(): Promise<DeadRun[]>;
  /** Takes a dead run over; undefined where somebody else was quicker. */
  claim(name: string): Promise<Run | undefined>;
  /** Every task ever recorded, the newest runs first, until `visit` answers true. */
  each(visit: (entry: Entry) => boolean): Promise<void>;
  /** Every task ever recorded, in no order, one at a time: for those that keep but little of each. */
  scan(visit: (entry: Entry) => void | Promise<void>): Promise<void>;
  /** The runs that this process owns now. */
  owned(): readonly Run[];
  close(): Promise<void>;
}

export interface JournalOptions {
  /** The state folder. */
  folder: string;
  owner: Owner;
  clock: Clock;
  /** Throws where no process has this number; changes nothing. */
  probe(pid: number): void;
  version: string;
}

export function openJournal({ folder, owner, clock, probe, version }: JournalOptions): Journal {
  const runs = join(folder, 'runs');
  const done = join(folder, 'done');
  const owned = new Map<string, Run>();
  let own: Promise<Run> | undefined;
  let stopHeartbeat: (() => void) | undefined;

  async function create(): Promise<Run> {
    await makeFolders();
    const name = `${clock.now().toString(36)}-${randomBytes(4).toString('hex')}.${ownerName(owner)}.jsonl`;
    const file = await openAppendFile(join(runs, name));
    await file.append(`${JSON.stringify({ format: formatVersion, program: version })}\n`);
    await syncFolder(runs);
    return adopt(name, createRun(join(runs, name), file, new Map(), done));
  }

  async function makeFolders(): Promise<void> {
    for (const path of [folder, runs, done]) await mkdir(path, { recursive: true, mode: 0o700 });
  }

  function adopt(name: string, run: Run): Run {
    owned.set(name, run);
    stopHeartbeat ??= clock.every(heartbeatMs, () => {
      for (const each of owned.values()) each.touch(clock.now());
    });
    return run;
  }

  async function isDead(name: string): Promise<boolean> {
    const alive = parseOwner(name.split('.')[1] ?? '');
    if (!alive || owned.has(name)) return false;
    const { mtimeMs } = await stat(join(runs, name));
    return !isAlive(alive, owner, clock.now() - mtimeMs, probe);
  }

  return {
    run: () =>
      (own ??= create().catch((error) => {
        throw unwritable(`${folder}: ${(error as NodeJS.ErrnoException).code ?? error}`, error);
      })),
    owned: () => [...owned.values()],

    async dead() {
      const found: DeadRun[] = [];
      for (const name of await list(runs)) {
        if (!(await isDead(name).catch(() => false))) continue;
        const { readRun } = await import('./read-run.ts');
        const entries = await readRun(join(runs, name));
        if (entries?.size === 0) await rename(join(runs, name), join(done, name)).catch(() => undefined);
        else if (entries) found.push({ name, entries });
      }
      return found;
    },

    async claim(name) {
      const mine = `${name.split('.')[0]}.${ownerName(owner)}.jsonl`;
      try {
        // Touched first: to other machines the run is alive from the moment it has a new owner.
        await utimes(join(runs, name), clock.now() / 1000, clock.now() / 1000);
        await rename(join(runs, name), join(runs, mine));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      const { readRun } = await import('./read-run.ts');
      const entries = (await readRun(join(runs, mine))) ?? new Map<string, Entry>();
      const file = await openAppendFile(join(runs, mine));
      await file.append('\n'); // the line before may be torn
      return adopt(mine, createRun(join(runs, mine), file, entries, done));
    },

    async each(visit) {
      const { readRun } = await import('./read-run.ts');
      const places = [
        ...(await list(runs)).map((name) => join(runs, name)),
        ...(await list(done)).map((name) => join(done, name)),
      ];
      for (const path of places.sort(newestFirst)) {
        const ended: Entry[] = [];
        const open = await readRun(path, (entry) => ended.push(entry));
        const all = [...ended, ...(open?.values() ?? [])].sort((a, b) => b.intended.at - a.intended.at);
        if (all.some(visit)) return;
      }
    },

    async scan(visit) {
      const { readRun } = await import('./read-run.ts');
      for (const place of [done, runs]) {
        for (const name of await list(place)) {
          const open = await readRun(join(place, name), visit);
          for (const entry of open?.values() ?? []) await visit(entry);
        }
      }
    },

    async close() {
      stopHeartbeat?.();
      await Promise.all([...owned.values()].map((run) => run.close()));
      owned.clear();
      if (own && clock.random() < 0.1) await prune();
    },
  };

  async function prune(): Promise<void> {
    const oldest = clock.now() - keptMs;
    for (const name of await list(done)) {
      if (Number.parseInt(name, 36) < oldest) await unlink(join(done, name)).catch(() => undefined);
    }
  }
}

function newestFirst(a: string, b: string): number {
  const [nameA, nameB] = [a, b].map((path) =>
    path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1),
  );
  return (nameA ?? '') < (nameB ?? '') ? 1 : -1;
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Makes a new file's name survive a power failure, where the system can (Windows cannot). */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await openFile(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file itself is flushed; only its name may be lost, and only with the power.
  }
}
