import { join } from 'node:path';
import { Failure } from '../errors.ts';
import { openPulse, type PulseOptions } from './alive.ts';
import { type Claim, claim, type Share } from './claims.ts';
import type { Entry } from './entry.ts';
import { codeOf, unwritable } from './failures.ts';
import { openFinished } from './finished.ts';
import type { Forgettable } from './forget.ts';
import { type Identity, openIdentity } from './identity.ts';
import { type Folders, findLeft, type Left, type LeftRun, type Which } from './left-runs.ts';
import { findTasks, type Known, visitBatch } from './look-up.ts';
import { parseRunName } from './names.ts';
import type { Query } from './newest.ts';
import { openOwnRuns } from './own-runs.ts';
import { parseOwner } from './owner.ts';
import { readRun } from './read-run.ts';
import type { Run } from './run.ts';

/** The record on disk of what was intended, accepted and saved. A process writes files of its own only. */
export interface Journal {
  /** Returns this process's own run, made with the first use. Throws where it cannot be written. */
  run(): Promise<Run>;
  /** Makes names that follow from the record's own salt. */
  identity(): Promise<Identity>;
  /** Finds what is unfinished: all that was interrupted, and what else is asked for. */
  left(which?: Which): Promise<Left>;
  /** Tells whether the process of a run is dead: an `unsure` one is watched until that is known. */
  isDead(run: LeftRun, signal: AbortSignal): Promise<boolean>;
  /** Reads the tasks of an unfinished run that ended, but for rows of a batch: there may be many. */
  endedIn(run: LeftRun): Promise<Entry[]>;
  /** Takes a dead run over; undefined where another process was quicker. Throws where it cannot be read or written. */
  takeOver(run: Pick<LeftRun, 'path'>): Promise<Run | undefined>;
  /**
   * Claims a share of a batch, or another kind of work, until the journal is closed; false where a living process has
   * it. A process that loses a claim, being believed dead, has lost its runs, too.
   */
  claim(name: string, share: Share | undefined, signal: AbortSignal): Promise<boolean>;
  /** Finds tasks by their ids: the newest that is known of each. */
  find(ids: readonly string[]): Promise<Map<string, Known>>;
  /** Visits each task of a batch that is recorded; `run` is undefined for those that ended. */
  ofBatch(batch: string, visit: (entry: Entry, run: LeftRun | undefined) => Promise<void>): Promise<Left>;
  /** Returns the newest tasks that match, newest first, each once. */
  newest(query: Query, unreadable: (path: string, error: unknown) => void): Promise<Entry[]>;
  /** Tells which of the chosen tasks can be forgotten: all but those that are unfinished or worked on. */
  forgettable(isChosen: (entry: Entry) => boolean): Promise<Forgettable>;
  /** Removes the record of these tasks; their pictures stay. */
  forget(keys: ReadonlySet<string>): Promise<void>;
  /** Returns the runs that this process owns now. */
  owned(): readonly Run[];
  close(): Promise<void>;
}

export interface JournalOptions extends Omit<PulseOptions, 'onBeat'> {
  /** Of the program. */
  version: string;
  /** Warns of what cannot be read, or had to be made anew. */
  warn(text: string): void;
  /** The runs of this process were taken over: it must stop. */
  lost(error: unknown): void;
}

/** More files than these take a while to read. */
const manyFiles = 5000;

export function openJournal(options: JournalOptions): Journal {
  const { folder, files, warn } = options;
  const runs = join(folder, 'runs');
  const finished = openFinished(files, folder, (count) => {
    if (count > manyFiles) warn(`reading ${count} files of the record: this is done once, and takes a moment`);
  });
  const pulse = openPulse({ ...options, onBeat: checkAll });
  const claims = new Set<Claim>();
  let own: Promise<Run> | undefined;
  let identity: Promise<Identity> | undefined;

  const folders: Folders = {
    files,
    state: folder,
    runs,
    finished,
    isOwn: (path) => ownRuns.all.has(path),
    async lifeOf(path) {
      const { whose, takenOver } = parseRunName(path);
      const process = parseOwner(whose);
      const life = process ? await pulse.lifeOf(process, path) : 'dead';
      if (life !== 'alive') return life;
      return takenOver > 0 ? 'continued' : 'live';
    },
    async isDead(path, signal = new AbortController().signal) {
      const process = parseOwner(parseRunName(path).whose);
      return !process || (await pulse.isDead(process, path, signal));
    },
    isKept(path) {
      const { host = options.owner.host } = parseOwner(parseRunName(path).whose) ?? {};
      return host === options.owner.host;
    },
  };
  const ownRuns = openOwnRuns(folders, {
    ...options,
    async prepare() {
      await files.makeFolder(folder);
      await files.makeFolder(runs);
      const isDeleted = claims.size > 0 && (await files.facts(join(folder, 'claims'))) === undefined;
      if (isDeleted) await Promise.all([...claims].map((each) => each.restore()));
      await pulse.start();
    },
    holdsClaims: () => [...claims].every((each) => each.isHeld()),
    async restore() {
      await files.makeFolder(runs);
      await (await identity)?.keep();
    },
  });

  function checkAll(): void {
    for (const run of ownRuns.all.values()) {
      try {
        run.check();
      } catch (error) {
        if (error instanceof Failure) options.lost(error);
      }
    }
  }

  function refuse(error: unknown): never {
    throw error instanceof Failure ? error : unwritable(`${folder}: ${codeOf(error)}`, error);
  }

  return {
    run: () =>
      (own ??= ownRuns.begin().catch((error) => {
        own = undefined;
        return refuse(error);
      })),
    identity: () =>
      (identity ??= openIdentity(files, folder).catch((error) => {
        identity = undefined;
        return refuse(error);
      })),
    left: (which = {}) => findLeft(folders, which),
    takeOver: ({ path }) => ownRuns.takeOver(path),
    owned: () => [...ownRuns.all.values()],

    isDead: ({ path }, signal) => folders.isDead(path, signal),

    async endedIn({ path }) {
      const ended: Entry[] = [];
      await readRun(files, path, (entry) => entry.intended.row ?? ended.push(entry));
      return ended;
    },

    async claim(name, share, signal) {
      const wanted = pulse.start().then(() => claim({ ...options, pulse }, name, share, signal));
      const held = await wanted.catch(refuse);
      if (held) claims.add(held);
      return held !== undefined;
    },

    find: (ids) => findTasks(folders, ids, warn),
    ofBatch: (batch, visit) => visitBatch(folders, batch, visit, warn),

    newest: async (query, unreadable) => (await import('./newest.ts')).newestOf(folders, query, unreadable),
    forgettable: async (isChosen) => (await import('./forget.ts')).findForgettable(folders, isChosen),
    forget: async (keys) =>
      (await import('./forget.ts')).forget(folders, keys, async (path) => (await ownRuns.takeOver(path))?.close()),

    async close() {
      await ownRuns.close();
      await Promise.all([...claims].map((each) => each.release().catch(() => undefined)));
      await pulse.stop();
    },
  };
}
