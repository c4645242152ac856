import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AppendFile, Files } from '../disk/files.ts';
import type { Clock } from '../world.ts';
import { openPulse } from './alive.ts';
import { type Claim, claim, type Share } from './claims.ts';
import { type Entry, eventsOf, joined, type TaskEntry } from './entry.ts';
import { openFinished } from './finished.ts';
import { type Identity, openIdentity } from './identity.ts';
import type { Query } from './newest.ts';
import { letGo, nobody, type Owner, ownerName, parseOwner } from './owner.ts';
import { closingLine, formatVersion, type RunContents, readRun } from './read-run.ts';
import { createRun, type Run } from './run.ts';
import { unwritable } from './unwritable.ts';

/** A run in the record whose tasks did not all end. */
export interface LeftRun {
  path: string;
  /**
   * `dead`: its process is gone; `unsure`: its process is elsewhere, and nobody here knows whether it lives;
   * `continued`: a living process has taken it over; `live`: a living process began it.
   */
  life: 'dead' | 'unsure' | 'continued' | 'live';
  /** It was left unfinished on purpose. */
  letGo: boolean;
  /** The tasks that did not end, by idempotency key. */
  entries: Map<string, Entry>;
  /** Those that did, but for rows of a batch: there may be many. */
  ended: Entry[];
  /** Tasks of which only the id can be read, with their idempotency keys. */
  ids: ReadonlyMap<string, string>;
  /** Lines that cannot be read. */
  strange: number;
}

export interface Left {
  runs: LeftRun[];
  /** Files that cannot be read: what they hold is not known. */
  unreadable: string[];
}

/** The record on disk of what was intended, accepted and saved. A process writes files of its own only. */
export interface Journal {
  /** Returns this process's own run, made with the first use. Throws where it cannot be written. */
  run(): Promise<Run>;
  /** Makes names that follow from the record's own salt. */
  identity(): Promise<Identity>;
  /** Finds what is unfinished, oldest first; without what was let go on purpose unless `letGo`. */
  left(letGo?: boolean): Promise<Left>;
  /** Waits until an `unsure` run is known to be dead or alive. */
  watch(run: LeftRun, signal: AbortSignal): Promise<'alive' | 'dead'>;
  /** Takes a dead run over; undefined where another process was quicker. Throws where it cannot be read or written. */
  takeOver(run: LeftRun): Promise<Run | undefined>;
  /** Claims a share of a batch, or another kind of work; undefined where a living process has it. */
  claim(name: string, share: Share | undefined, signal: AbortSignal): Promise<Claim | undefined>;
  /** Finds tasks by their ids: the newest that is known of each. `busy`: another process works on it. */
  find(ids: readonly string[]): Promise<Map<string, { entry: Entry; busy: boolean }>>;
  /** Visits every task of a batch that is recorded, finished runs first; `life` is undefined for those. */
  ofBatch(batch: string, visit: (entry: Entry, run: LeftRun | undefined) => Promise<void>): Promise<Left>;
  /** Returns the newest tasks that match, newest first, each once. */
  newest(query: Query, unreadable: (path: string, error: unknown) => void): Promise<Entry[]>;
  /** Tells which of the chosen tasks can be forgotten: all but those that are unfinished or worked on. */
  forgettable(isChosen: (entry: Entry) => boolean): Promise<import('./forget.ts').Forgettable>;
  /** Removes the record of these tasks; their pictures stay. */
  forget(keys: ReadonlySet<string>): Promise<void>;
  /** Returns the runs that this process owns now. */
  owned(): readonly Run[];
  close(): Promise<void>;
}

export interface JournalOptions {
  /** The state folder. */
  folder: string;
  files: Files;
  owner: Owner;
  clock: Clock;
  version: string;
  /** Throws where no process has this number; changes nothing. */
  probe(pid: number): void;
  /** Warns of what cannot be read, or had to be made anew. */
  warn(text: string): void;
  /** The runs of this process were taken over: it must stop. */
  lost(error: unknown): void;
}

/** A dead run of this size is made smaller by the first command that reads it. */
const largeBytes = 512 * 1024;

export function openJournal(options: JournalOptions): Journal {
  const { folder, files, owner, clock, warn } = options;
  const runs = join(folder, 'runs');
  const finished = openFinished(files, folder, (path, error) => warn(unreadableText(path, error)));
  const owned = new Map<string, Run>();
  const claims = new Set<Claim>();
  const pulse = openPulse({ ...options, onBeat: checkAll });
  let own: Promise<Run> | undefined;
  let identity: Promise<Identity> | undefined;

  function checkAll(): void {
    for (const run of owned.values()) {
      try {
        run.check();
      } catch (error) {
        options.lost(error);
      }
    }
  }

  /** Makes a file of this process with what is open. */
  async function create(name: string, open: Iterable<TaskEntry>): Promise<AppendFile> {
    await files.makeFolder(runs);
    await pulse.start();
    const file = await files.openAppend(join(runs, name));
    await file.append(`${JSON.stringify({ format: formatVersion, program: options.version })}\n`);
    const events = [...open].flatMap((entry) => (entry.intended.request ? eventsOf(entry as Entry) : []));
    if (events.length > 0) await file.append(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    await files.flushFolder(runs);
    return file;
  }

  async function adopt(name: string, open: Map<string, TaskEntry>): Promise<Run> {
    const path = join(runs, name);
    const run = createRun({
      file: await create(name, open.values()),
      open,
      remake(entries) {
        warn(`the state folder ${folder} was deleted: the record of what is under way is made anew`);
        return create(name, entries);
      },
      note: (ended) => finished.note(name, ended),
      async release(left, lastAt) {
        const entries = [...left.values()].filter((entry) => entry.intended.request) as Entry[];
        const isLetGo = entries.every((entry) => entry.letGo);
        if (entries.length === 0 || isLetGo) {
          await finished.note(name, entries);
          await finished.put(path, renamed(name, entries.length === 0 ? undefined : letGo), {
            lastAt,
            open: entries.length > 0,
          });
        } else await files.rename(path, join(runs, renamed(name, nobody)));
      },
    });
    owned.set(name, run);
    return run;
  }

  async function readLeft(path: string, life: LeftRun['life']): Promise<LeftRun | undefined> {
    const ended: Entry[] = [];
    const contents = await readRun(files, path, (entry) => entry.intended.row ?? ended.push(entry));
    const name = nameOf(path);
    return contents && { path, life, letGo: whoseIs(name) === letGo, ended, ...facts(contents) };
  }

  async function lifeOf(name: string): Promise<LeftRun['life']> {
    const process = parseOwner(whoseIs(name));
    if (!process) return 'dead'; // nobody's, or renamed by hand
    const life = await pulse.lifeOf(process, join(runs, name));
    if (life !== 'alive') return life;
    return generationOf(name) > 0 ? 'continued' : 'live';
  }

  async function left(withLetGo = false): Promise<Left> {
    const found: LeftRun[] = [];
    const unreadable: string[] = [];
    async function read(path: string, lifeOfRun: () => Promise<LeftRun['life']>): Promise<void> {
      if (!withLetGo && whoseIs(nameOf(path)) === letGo) return;
      try {
        const life = await lifeOfRun();
        const run =
          (await readLeft(path, life)) ?? (await readLeft(join(finished.folder, nameOf(path)), life));
        if (!run) return;
        if (life !== 'dead' || !isSpent(run)) found.push(await compacted(run));
        else if (path.startsWith(join(runs, ''))) await putAside(path, run);
      } catch (error) {
        unreadable.push(unreadableText(path, error));
      }
    }
    const names = await files.list(runs).catch((error) => {
      unreadable.push(unreadableText(runs, error));
      return [];
    });
    for (const name of names.filter(isRunFile).sort())
      if (!owned.has(name)) await read(join(runs, name), () => lifeOf(name));
    for (const name of await finished.unfinished())
      await read(join(finished.folder, name), async () => 'dead');
    withoutCopies(found);
    return { runs: found, unreadable };
  }

  /** Each command reads what dead runs left: one that is large and nearly done is made small once. */
  async function compacted(run: LeftRun): Promise<LeftRun> {
    if (run.life !== 'dead' || run.strange > 0 || run.ids.size > 0) return run;
    if (((await files.facts(run.path))?.bytes ?? 0) < largeBytes) return run;
    const own = await takeOver(run).catch(() => undefined);
    if (!own) return run;
    const [name = ''] = [...owned].find(([, each]) => each === own) ?? [];
    await own.close();
    owned.delete(name);
    return { ...run, path: join(runs, renamed(name, nobody)) };
  }

  /** Nothing in it is unfinished, and all of it can be read. */
  function isSpent({ entries, ids, strange }: LeftRun): boolean {
    return entries.size === 0 && ids.size === 0 && strange === 0;
  }

  async function putAside(path: string, { ended }: LeftRun): Promise<void> {
    const name = nameOf(path);
    const lastAt = Math.max(0, ...ended.map(({ intended }) => intended.at));
    try {
      await noteAll(path, name);
      await finished.put(path, name, { lastAt: lastAt || clock.now(), open: false });
    } catch {
      // Another process was quicker, or the disk is full: it stays where it is.
    }
  }

  async function noteAll(path: string, name: string): Promise<void> {
    const all: Entry[] = [];
    const contents = await readRun(files, path, (entry) => all.push(entry));
    await finished.note(name, [...all, ...(contents?.open.values() ?? [])]);
  }

  /**
   * Renames the run, so that one process only has it, copies what is unfinished into a file of this process's own, and
   * puts the old file aside behind a closing line: what a process that comes to life again writes there is ignored.
   */
  async function takeOver({ path }: LeftRun): Promise<Run | undefined> {
    const name = renamed(nameOf(path), ownerName(owner), generationOf(nameOf(path)) + 1);
    const mine = join(runs, name);
    let continued = '';
    try {
      await files.makeFolder(runs);
      await pulse.start();
      await files.rename(path, mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unwritable(`${path}: ${codeOf(error)}`, error);
    }
    try {
      const contents = await readRun(files, mine);
      const open = new Map<string, TaskEntry>(contents?.open);
      continued = newName(generationOf(name));
      const run = await adopt(continued, open);
      await noteAll(mine, name);
      await files.add(mine, `\n${closingLine}`);
      await finished.put(mine, name, { lastAt: clock.now(), open: false });
      return run;
    } catch (error) {
      owned.delete(continued);
      if (continued) await files.remove(join(runs, continued)).catch(() => undefined);
      await files.rename(mine, join(runs, renamed(name, nobody))).catch(() => undefined);
      throw unwritable(`${path}: ${codeOf(error)}`, error);
    }
  }

  function newName(generation = 0): string {
    const stamp = `${clock.now().toString(36)}-${randomBytes(4).toString('hex')}`;
    return `${stamp}${generation > 0 ? `+${generation}` : ''}.${ownerName(owner)}.jsonl`;
  }

  return {
    run: () =>
      (own ??= adopt(newName(), new Map()).catch((error) => {
        own = undefined;
        throw unwritable(`${folder}: ${codeOf(error)}`, error);
      })),
    identity: () => (identity ??= openIdentity(files, folder)),
    left,
    takeOver,
    owned: () => [...owned.values()],

    async watch({ path }, signal) {
      const process = parseOwner(whoseIs(nameOf(path)));
      return process ? await pulse.watch(process, path, signal) : 'dead';
    },

    async claim(name, share, signal) {
      await pulse.start();
      const held = await claim({ folder, files, clock, pulse, owner }, name, share, signal);
      if (held) claims.add(held);
      return held;
    },

    async find(ids) {
      const found = new Map<string, { entry: Entry; busy: boolean }>();
      const wanted = new Set(ids);
      const take = (entry: Entry, busy: boolean): void => {
        const id = entry.accepted?.id;
        if (id === undefined || !wanted.has(id)) return;
        const known = found.get(id);
        if (!known) found.set(id, { entry, busy });
        else found.set(id, { entry: joined(known.entry, entry), busy: known.busy || busy });
      };
      for (const name of (await files.list(runs)).filter(isRunFile).sort().reverse()) {
        const life = owned.has(name) ? 'dead' : await lifeOf(name);
        const contents = await readOr(join(runs, name), (entry) => take(entry, false));
        for (const entry of contents?.open.values() ?? []) take(entry, life !== 'dead');
      }
      for (const id of ids) {
        for (const name of found.get(id)?.entry.ended ? [] : await finished.ofTask(id)) {
          const contents = await readOr(join(finished.folder, name), (entry) => take(entry, false));
          for (const entry of contents?.open.values() ?? []) take(entry, false);
        }
      }
      return found;
    },

    async ofBatch(batch, visit) {
      const isOf = ({ intended: { row } }: Entry): boolean => row?.batch === batch;
      for (const name of await finished.ofBatch(batch)) {
        const path = join(finished.folder, name);
        await readOr(path, async (entry) => {
          if (isOf(entry)) await visit(entry, undefined);
        });
      }
      const { runs: all, unreadable } = await left(true);
      for (const run of all) {
        // The rows that ended in an unfinished run.
        await readOr(run.path, async (entry) => {
          if (isOf(entry)) await visit(entry, undefined);
        });
        for (const entry of run.entries.values()) if (isOf(entry)) await visit(entry, run);
      }
      return { runs: all, unreadable };
    },

    async newest(query, unreadable) {
      const { newestOf } = await import('./newest.ts');
      return await newestOf({ files, runs, finished }, query, unreadable);
    },

    async forgettable(isChosen) {
      const { findForgettable } = await import('./forget.ts');
      return await findForgettable(files, await allFiles(), isChosen);
    },

    async forget(keys) {
      const { forgetIn, holdsAny } = await import('./forget.ts');
      for (const { path, state } of await allFiles()) {
        if (state === 'running' || !(await holdsAny(files, path, keys))) continue;
        await forgetIn(files, path, keys);
      }
    },

    async close() {
      await Promise.all([...claims].map((each) => each.release().catch(() => undefined)));
      await Promise.all([...owned.values()].map((run) => run.close()));
      owned.clear();
      await pulse.stop();
    },
  };

  async function readOr(path: string, ended: (entry: Entry) => unknown): Promise<RunContents | undefined> {
    try {
      return await readRun(files, path, ended);
    } catch (error) {
      warn(unreadableText(path, error));
      return undefined;
    }
  }

  async function allFiles(): Promise<Array<{ path: string; state: 'running' | 'dead' | 'done' }>> {
    const found: Array<{ path: string; state: 'running' | 'dead' | 'done' }> = [];
    for (const { name } of await finished.newest())
      found.push({ path: join(finished.folder, name), state: 'done' });
    for (const name of (await files.list(runs)).filter(isRunFile)) {
      const isDead = !owned.has(name) && (await lifeOf(name)) === 'dead';
      found.push({ path: join(runs, name), state: isDead ? 'dead' : 'running' });
    }
    return found;
  }
}

/** Removes what another run has too: a copy made by hand, or what a crash left beside its continuation. */
function withoutCopies(found: readonly LeftRun[]): void {
  const seen = new Set<string>();
  const livesFirst = [...found].sort((a, b) => Number(a.life === 'dead') - Number(b.life === 'dead'));
  for (const { entries } of livesFirst) {
    for (const key of [...entries.keys()]) {
      if (seen.has(key)) entries.delete(key);
      seen.add(key);
    }
  }
}

function facts({ open, ids, strange }: RunContents): Pick<LeftRun, 'entries' | 'ids' | 'strange'> {
  return { entries: open, ids, strange };
}

function isRunFile(name: string): boolean {
  return name.endsWith('.jsonl');
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** The part of a file's name that tells whose the run is. */
function whoseIs(name: string): string {
  return name.split('.')[1] ?? '';
}

/** How often the run was taken over. */
function generationOf(name: string): number {
  return Number(/\+(\d+)$/.exec(name.split('.')[0] ?? '')?.[1] ?? 0);
}

function renamed(name: string, whose = whoseIs(name), generation = generationOf(name)): string {
  const stamp = (name.split('.')[0] ?? '').replace(/\+\d+$/, '');
  return `${stamp}${generation > 0 ? `+${generation}` : ''}.${whose}.jsonl`;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function unreadableText(path: string, error: unknown): string {
  return `cannot read ${path} (${codeOf(error)}): it is kept as it is`;
}
