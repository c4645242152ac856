import { Failure } from '../errors.ts';
import { type Entry, isUnsent, type TaskEntry } from '../journal/entry.ts';
import type { Server } from '../journal/event.ts';
import type { Left, LeftRun } from '../journal/left-runs.ts';
import type { ImageRequest } from '../request/request.ts';
import { adopt, type Claims, reopen } from './adopt.ts';
import { accountAt, type Begun, type Engine, type Wanted, type Work } from './engine.ts';
import { retarget } from './record.ts';

/** The service may have forgotten a key that is older: a request without an answer is not sent again unasked. */
const keyLifeMs = 24 * 3_600_000;

/**
 * Finds tasks of the same requests at the same server in interrupted runs and takes them over: the unfinished ones
 * first, then those that the same run had finished. Returns one for each request, or undefined where there is none.
 * Tasks that were let go are left alone. Throws `conflict` where another process finishes one of them, or where the
 * record cannot tell whether one was bought.
 */
export async function takeUp(work: Work, wanted: readonly Wanted[], server: Server): Promise<Array<Begun | undefined>> {
  const { engine } = work;
  const account = await accountAt(engine, server);
  const left = await engine.journal.left({ tidy: true });
  checkReadable(left);
  const meant = (run: LeftRun): boolean =>
    [...run.entries.values()].some((entry) => wanted.some(({ request }) => isMeant(entry, request)));
  const dead: LeftRun[] = [];
  for (const run of left.runs) {
    if (run.life === 'dead') dead.push(run);
    else if (run.life === 'continued' && meant(run)) throw beingFinished();
    else if (run.life === 'unsure' && meant(run)) {
      engine.listener.note(`${waiting} (--new buys at once)`);
      if (await engine.journal.isDead(run, work.deadline.signal)) dead.push(run);
      else throw beingFinished();
    }
  }
  const claims: Claims = new Map();
  const taken = new Set<string>();
  const endedIn = new Map<LeftRun, Entry[]>();
  const found = new Map<number, Begun>();
  for (const [position, { request }] of wanted.entries()) {
    for (const run of dead) await findUnfinished(position, run, request);
  }
  for (const [position, { request, target }] of wanted.entries()) {
    for (const ended of endedIn.values()) await findEnded(position, ended, request);
    const begun = found.get(position);
    if (begun) await retarget(work, begun, target);
  }
  return wanted.map((_, position) => found.get(position));

  async function findUnfinished(position: number, run: LeftRun, request: ImageRequest): Promise<void> {
    for (const entry of run.entries.values()) {
      if (found.has(position)) return;
      if (taken.has(entry.key) || !isMeant(entry, request)) continue;
      if (isForgotten(engine, entry)) throw unanswered(entry);
      if (!endedIn.has(run)) endedIn.set(run, await engine.journal.endedIn(run));
      const begun = await adopt(engine, run, entry.key, claims);
      if (!begun) throw beingFinished();
      taken.add(entry.key);
      found.set(position, registered(begun));
    }
  }

  /** Of several pictures that one command asked for, those that it had saved count too when it is run again. */
  async function findEnded(position: number, ended: readonly Entry[], request: ImageRequest): Promise<void> {
    for (const entry of ended) {
      if (found.has(position)) return;
      const isThere = entry.ended?.how === 'saved' || entry.ended?.how === 'kept';
      if (!isThere || taken.has(entry.key) || !isSame(entry, request)) continue;
      taken.add(entry.key);
      const begun = await reopen(engine, entry);
      if (begun) found.set(position, registered(begun));
    }
  }

  /** From here on the last line after a signal names it. */
  function registered(begun: Begun): Begun {
    work.fates.set(begun.entry.key, begun.fate);
    return begun;
  }

  function isMeant(entry: Entry, request: ImageRequest): boolean {
    return !entry.letGo && isSame(entry, request);
  }

  function isSame(entry: Entry, request: ImageRequest): boolean {
    return isSameRequest(entry, { request, server, account });
  }
}

/** Tells whether a recorded task outside of batches asked for the same at the same server and account. */
export function isSameRequest(
  { intended }: Entry,
  { request, server, account }: { request: ImageRequest; server: Server; account: string | undefined },
): boolean {
  const { base, sandbox } = intended.server;
  const isThere = base === server.base && sandbox === server.sandbox;
  const isOurs = intended.account === undefined || intended.account === account;
  return !intended.row && isThere && isOurs && nameOf(intended.request) === nameOf(request);
}

const waiting = 'A run on another machine may still be working on this: waiting to see';

/** Damaged lines of a dead run may hold what is asked for. */
function checkReadable({ runs, unreadable }: Left): void {
  const damaged = runs.filter(({ life, ids, strange }) => life === 'dead' && (ids.size > 0 || strange > 0));
  refuseUnreadable([...unreadable, ...damaged.map(({ path }) => `${path} is damaged`)]);
}

/** A purchase depends on what the record says: where it cannot be read, nothing is bought. Throws `conflict`. */
export function refuseUnreadable(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? '1 file' : `${problems.length} files`;
  throw new Failure('conflict', `the record may hold this picture and cannot be read (${count}): ${problems[0]}`, {
    hint: 'Nothing was bought. resume saves what can be read, and tells what to do; --new buys in any case',
  });
}

function beingFinished(): Failure {
  return new Failure('conflict', 'another process is finishing this picture, which is paid for', {
    hint: 'Nothing was bought. Wait for it, or buy another with --new',
    retryable: true,
  });
}

/** Tells whether the request never got an answer, and is so old that the service may have forgotten its key. */
export function isForgotten({ clock }: Engine, entry: TaskEntry): boolean {
  return !entry.accepted && !isUnsent(entry) && Math.abs(clock.now() - entry.intended.at) > keyLifeMs;
}

/** The failure for such a request. */
export function unanswered({ intended }: Entry): Failure {
  const date = new Date(intended.at).toISOString();
  return new Failure('conflict', `a request of ${date} for this picture never got an answer`, {
    hint: 'It may be paid for. resume --resend asks the service again; --new buys another',
  });
}

/** Names a request by what it asks for, whatever the order of its fields. */
export function nameOf(request: ImageRequest): string {
  const told = Object.entries(request).filter(([, value]) => value !== undefined);
  return JSON.stringify(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Returns the dead runs, after waiting for those elsewhere that hold a task that is meant: they give a sign of life, or
 * none for too long. A container that was killed a moment ago looks alive from the next one. Throws `timeout`.
 */
export async function deadRuns(
  { journal, listener }: Engine,
  { runs }: Left,
  isMeant: (entry: Entry) => boolean,
  signal: AbortSignal,
): Promise<LeftRun[]> {
  const unsure = runs.filter(({ life, entries }) => life === 'unsure' && [...entries.values()].some(isMeant));
  if (unsure.length > 0) listener.note(waiting);
  const dead = await Promise.all(unsure.map((run) => journal.isDead(run, signal)));
  return runs.filter((run) => run.life === 'dead' || dead[unsure.indexOf(run)]);
}
