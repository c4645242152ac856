import { randomBytes } from 'node:crypto';
import { chmod, readdir, rename, rm, stat, unlink, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { flushFolder, makeFolders } from '../disk/make-folders.ts';
import { compiledFolder } from '../disk/state-folder.ts';
import type { Clock } from '../world.ts';
import type { Entry } from './entry.ts';
import { letGo, lifeOf, nobody, type Owner, ownerName, parseOwner } from './owner.ts';
import { runFilesIn } from './run-files.ts';

const dayMs = 24 * 3_600_000;
/** Runs that ended are kept so long, for `history`. */
const keptMs = 90 * dayMs;

export interface RunFoldersOptions {
  /** The state folder. */
  folder: string;
  owner: Owner;
  clock: Clock;
  /** Throws where no process has this number; changes nothing. */
  probe(pid: number): void;
  /** Told of what cannot be read: what it holds is not known, and stays as it is. */
  unreadable(path: string, error: unknown): void;
}

/** The files of all runs: each tells by its name when it began and whose it is. */
export interface RunFolders {
  /** The runs that are not finished. */
  runs: string;
  /** The runs of which every task ended. */
  done: string;
  /** Makes them, for this user alone. */
  make(): Promise<void>;
  /** A name for a new run of this process. */
  newName(): string;
  list(place: string): Promise<string[]>;
  /** Every file, the unfinished ones first: one that is put aside meanwhile is met twice rather than never. */
  all(): Promise<string[]>;
  /** The tasks of a file that did not end; undefined where it cannot be read, or is gone. */
  read(
    path: string,
    ended?: (entry: Entry) => unknown,
    strange?: () => void,
  ): Promise<Map<string, Entry> | undefined>;
  /** Whether a process works on the unfinished run; undefined where it is gone, or nobody's that is known. */
  lifeOf(name: string): Promise<'alive' | 'dead' | 'unsure' | undefined>;
  /** When a sign of life was last given, in milliseconds since 1970; undefined where the run is gone. */
  lastSign(name: string): Promise<number | undefined>;
  /** Gives a dead run's file this process's name; undefined where somebody else was quicker. */
  takeOver(name: string): Promise<string | undefined>;
  /** Moves an unfinished run: to those that are done, or to those that were let go. */
  putAside(name: string, where: 'done' | 'let-go'): Promise<void>;
  prune(): Promise<void>;
}

export function openRunFolders(options: RunFoldersOptions): RunFolders {
  const { folder, owner, clock, probe, unreadable } = options;
  const runs = join(folder, 'runs');
  const done = join(folder, 'done');

  async function list(place: string): Promise<string[]> {
    try {
      return await runFilesIn(place);
    } catch (error) {
      unreadable(place, error);
      return [];
    }
  }

  async function read(
    ...[path, ended, strange]: Parameters<RunFolders['read']>
  ): ReturnType<RunFolders['read']> {
    const { readRun } = await import('./read-run.ts');
    try {
      // A run that ends in this moment is put aside under the same name.
      return (
        (await readRun(path, ended, strange)) ?? (await readRun(join(done, basename(path)), ended, strange))
      );
    } catch (error) {
      unreadable(path, error);
      return undefined;
    }
  }

  /** What killed processes were about to write here, and have not for a day. */
  async function removeLeftFiles(): Promise<void> {
    const left = (await readdir(folder)).filter((name) => /^servers\.json\.[0-9a-f]+$|\.part$/.test(name));
    for (const path of left.map((name) => join(folder, name))) {
      const facts = await stat(path).catch(() => undefined);
      if (facts && clock.now() - facts.mtimeMs > dayMs) await unlink(path).catch(() => undefined);
    }
  }

  /** What older versions of the program, or of Node, left there is of no use to anybody. */
  async function removeOldCompiled(): Promise<void> {
    const path = compiledFolder(folder);
    const facts = await stat(path).catch(() => undefined);
    if (facts && clock.now() - facts.mtimeMs > keptMs) await rm(path, { recursive: true, force: true });
  }

  async function lastSign(name: string): Promise<number | undefined> {
    const facts = await stat(join(runs, name)).catch(() => undefined);
    return facts?.mtimeMs;
  }

  return {
    runs,
    done,
    list,
    read,

    async make() {
      for (const path of [folder, runs, done]) makeFolders(path, 0o700);
      const { mode } = await stat(folder);
      if (mode & 0o077) await chmod(folder, 0o700).catch(() => undefined); // not ours to change
      await flushFolder(folder);
    },

    newName: () => `${clock.now().toString(36)}-${randomBytes(4).toString('hex')}.${ownerName(owner)}.jsonl`,

    async all() {
      const unfinished = (await list(runs)).map((name) => join(runs, name));
      return [...unfinished, ...(await list(done)).map((name) => join(done, name))];
    },

    async lifeOf(name) {
      const whose = whoseIs(name);
      if (whose === nobody || whose === letGo) return 'dead';
      const process = parseOwner(whose);
      const sign = process && (await lastSign(name));
      return process && sign !== undefined ? lifeOf(process, owner, clock.now() - sign, probe) : undefined;
    },

    lastSign,

    async takeOver(name) {
      const mine = renamed(name, ownerName(owner));
      try {
        // Touched first: to other machines the run is alive from the moment it has a new owner.
        await utimes(join(runs, name), clock.now() / 1000, clock.now() / 1000);
        await rename(join(runs, name), join(runs, mine));
        return mine;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },

    async putAside(name, where) {
      const to = where === 'done' ? join(done, name) : join(runs, renamed(name, letGo));
      await rename(join(runs, name), to).catch(() => undefined); // somebody else was quicker
    },

    /** What was let go so long ago is gone at the service too. */
    async prune() {
      const oldest = clock.now() - keptMs;
      const forgotten = (await list(runs)).filter((name) => whoseIs(name) === letGo);
      const old = [
        ...forgotten.map((name) => join(runs, name)),
        ...(await list(done)).map((name) => join(done, name)),
      ];
      for (const path of old) {
        if (Number.parseInt(basename(path), 36) < oldest) await unlink(path).catch(() => undefined);
      }
      await removeLeftFiles();
      await removeOldCompiled();
    },
  };
}

/** The part of a file's name that tells whose the run is. */
export function whoseIs(name: string): string {
  return name.split('.')[1] ?? '';
}

/** The file's name once the run is somebody else's. */
export function renamed(name: string, whose: string): string {
  return `${name.split('.')[0]}.${whose}.jsonl`;
}
