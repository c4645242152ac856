import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { type Digest, digestOf, removeDigest } from './digest.ts';
import type { Entry } from './entry.ts';
import { unreadableText } from './failures.ts';
import type { Finished } from './finished.ts';
import { isRunFile, letGo, parseRunName, runFile, unnamedBy } from './names.ts';
import { allIn } from './parts.ts';
import { markLine, nothingRead } from './read-run.ts';

/** A run in the record whose tasks did not all end. */
export interface LeftRun {
  path: string;
  /**
   * `dead`: its process is gone; `unsure`: its process is elsewhere, and nobody here knows whether it lives;
   * `continued`: a living process has taken it over; `live`: a living process began it.
   */
  life: 'dead' | 'unsure' | 'continued' | 'live';
  /** The tasks that did not end, by idempotency key; none of a `live` run that is not to be read. */
  entries: Map<string, Entry>;
  /** Tasks of which only the id can be read, with their idempotency keys. */
  ids: ReadonlyMap<string, string>;
  /** Lines that cannot be read. */
  strange: number;
  /** Where its tasks that ended are: lines of parts. */
  index: string;
}

export interface Left {
  /** Oldest first. */
  runs: LeftRun[];
  /** Files that cannot be read: what they hold is not known. */
  unreadable: string[];
}

/** Which runs are to be read beside those that were interrupted. */
export interface Which {
  /** Those that were left unfinished on purpose. */
  letGo?: boolean;
  /** Those of living processes. */
  live?: boolean;
  /** Puts aside what has turned out to be finished. Without it nothing of the record is changed. */
  tidy?: boolean;
}

/** The folders of the record, as this process sees them. */
export interface Folders {
  files: Files;
  state: string;
  /** The folder of unfinished runs. */
  runs: string;
  finished: Finished;
  isOwn(path: string): boolean;
  lifeOf(path: string): Promise<LeftRun['life']>;
  /** Tells whether the process of a run is dead: one elsewhere is watched. */
  isDead(path: string, signal?: AbortSignal): Promise<boolean>;
  /** Tells whether nothing that was written to a run can be lost: the system has not been started anew since. */
  isKept(path: string): boolean;
}

type Found = LeftRun & Pick<Digest, 'continues' | 'closed'>;

/** Often enough for any number of processes that take runs over at this moment. */
const mostPasses = 20;

/** Finds what is unfinished. */
export async function findLeft(folders: Folders, which: Which): Promise<Left> {
  for (let pass = 1; ; pass++) {
    const { left, hasMoved } = await lookOnce(folders, which);
    // A file that another process has moved may stand under a name that was not listed yet.
    if (!hasMoved || pass === mostPasses) return left;
  }
}

async function lookOnce(folders: Folders, which: Which): Promise<{ left: Left; hasMoved: boolean }> {
  const { files, state, runs, finished } = folders;
  const found: Found[] = [];
  const unreadable: string[] = [];
  let hasMoved = false;

  async function read(path: string, lifeOf: Folders['lifeOf']): Promise<void> {
    if (!which.letGo && parseRunName(path).whose === letGo) return;
    try {
      const life = await lifeOf(path);
      const unread = { ...nothingRead(), index: '' };
      const digest = life === 'live' && !which.live ? unread : await digestOf(files, state, path);
      if (!digest) hasMoved = true;
      else found.push({ ...digest, path, life, entries: digest.open });
      if (digest && !folders.isKept(path)) doubtUnsent(digest.open);
    } catch (error) {
      unreadable.push(unreadableText(path, error));
    }
  }

  const names = await files.list(runs).catch((error) => {
    unreadable.push(unreadableText(runs, error));
    return [];
  });
  for (const name of names.sort()) {
    const path = join(runs, name);
    if (!isRunFile(name)) await (which.tidy && removeUnnamed(folders, path));
    else if (!folders.isOwn(path)) await read(path, folders.lifeOf);
  }
  for (const path of await finished.unfinished()) await read(path, async () => 'dead');
  // What goes on in a file that was written after the names were listed is not lost sight of.
  hasMoved ||= found.some((run) => run.closed && !isContinued(run, found));
  const gone = which.tidy ? await putFinishedAside(folders, found) : new Set();
  const left = found.filter((run) => !gone.has(run) && !isContinued(run, found) && !(isSpent(run) && run.index === ''));
  return { left: { runs: withoutCopies(left), unreadable }, hasMoved };
}

/** After a power failure nobody knows whether a request left. */
export function doubtUnsent(open: ReadonlyMap<string, Entry>): void {
  for (const { intended } of open.values()) delete intended.unsent;
}

function isContinued({ path }: Found, all: readonly Found[]): boolean {
  const { stamp } = parseRunName(path);
  return all.some(({ continues }) => continues.includes(stamp));
}

/** Closes runs that go on in another one, and puts dead ones aside in which nothing is unfinished. Returns the latter. */
async function putFinishedAside(folders: Folders, found: readonly Found[]): Promise<ReadonlySet<Found>> {
  const gone = new Set<Found>();
  const unclosed = new Set<string>();
  for (const run of found.filter((each) => isContinued(each, found))) {
    const isAnothers = run.life === 'live' || run.life === 'continued';
    const close = isAnothers ? Promise.reject() : closeContinued(folders, run);
    await close.catch(() => unclosed.add(parseRunName(run.path).stamp));
  }
  for (const run of found) {
    const isLast = !isContinued(run, found) && !run.continues.some((stamp) => unclosed.has(stamp));
    const isInRuns = run.path.startsWith(join(folders.runs, ''));
    if (!isLast || !isInRuns || !isSpent(run)) continue;
    await putAside(folders, run).then(
      () => gone.add(run),
      () => undefined, // another process was quicker, or the disk is full
    );
  }
  return gone;
}

function isSpent({ life, entries, ids, strange }: LeftRun): boolean {
  return life === 'dead' && entries.size === 0 && ids.size === 0 && strange === 0;
}

/**
 * Closes a file whose unfinished tasks go on in another one, and puts it aside: what a process that comes to life again
 * writes behind the closing line is ignored.
 */
export async function closeContinued(folders: Folders, run: Pick<LeftRun, 'path' | 'index'>): Promise<void> {
  const file = await folders.files.openAppend(run.path);
  try {
    await file.append(markLine({ closed: true }));
  } finally {
    await file.close();
  }
  await putAside(folders, run);
}

async function putAside(
  { files, state, finished }: Folders,
  { path, index }: Pick<LeftRun, 'path' | 'index'>,
): Promise<void> {
  await finished.put(path, runFile(parseRunName(path)), allIn(index));
  await removeDigest(files, state, path);
}

/** Removes what a killed process was about to give its name. */
async function removeUnnamed({ files, lifeOf }: Folders, path: string): Promise<void> {
  const owner = unnamedBy(path);
  if (owner && (await lifeOf(path.slice(0, path.lastIndexOf('.')))) === 'dead')
    await files.remove(path).catch(() => undefined);
}

/** Removes what another run has too: a copy that was made by hand. */
function withoutCopies(found: readonly Found[]): Found[] {
  const seen = new Set<string>();
  const livesFirst = [...found].sort((a, b) => Number(a.life === 'dead') - Number(b.life === 'dead'));
  for (const { entries } of livesFirst) {
    for (const key of [...entries.keys()]) {
      if (seen.has(key)) entries.delete(key);
      seen.add(key);
    }
  }
  return [...found];
}
