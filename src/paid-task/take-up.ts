import { removeLeftFile } from '../disk/temp-file.ts';
import { Failure } from '../errors.ts';
import type { Entry, TaskEntry } from '../journal/entry.ts';
import type { Event, Server, Target } from '../journal/event.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { Run } from '../journal/run.ts';
import { memoryRun } from '../journal/unrecorded.ts';
import type { ImageRequest } from '../request/request.ts';
import type { Deadline } from '../world.ts';
import type { Begun, Engine, Wanted, Work } from './engine.ts';
import { pictureLifeMs } from './follow-task.ts';
import { retarget } from './record.ts';

/**
 * Finds tasks of the same requests at the same server in interrupted runs and takes them over: the unfinished ones
 * first, then those that the same run had finished. Returns one for each request, or undefined where there is none.
 * Tasks that were let go are left alone.
 */
export async function takeUp(
  work: Work,
  wanted: readonly Wanted[],
  server: Server,
): Promise<Array<Begun | undefined>> {
  const { engine } = work;
  const isWanted = (entry: Entry): boolean => wanted.some(({ request }) => isMeant(entry, request));
  await untilSure(engine, isWanted, work.deadline);
  const dead = await engine.journal.dead('interrupted');
  const claims: Claims = new Map();
  const taken = new Set<string>();
  const continued = new Set<DeadRun>();
  const found = new Map<number, Begun>();
  for (const [position, { request }] of wanted.entries()) {
    for (const run of dead) await findUnfinished(position, run, request);
  }
  for (const [position, { request, target }] of wanted.entries()) {
    for (const { ended } of continued) await findEnded(position, ended, request);
    const begun = found.get(position);
    if (begun) await retarget(work, begun, target);
  }
  return wanted.map((_, position) => found.get(position));

  async function findUnfinished(position: number, run: DeadRun, request: ImageRequest): Promise<void> {
    for (const entry of run.entries.values()) {
      if (found.has(position)) return;
      if (taken.has(entry.key) || !isMeant(entry, request)) continue;
      const begun = await adopt(engine, run, entry.key, claims);
      if (!begun) continue;
      taken.add(entry.key);
      continued.add(run);
      found.set(position, registered(begun));
    }
  }

  /** Of several pictures that one command asked for, those that it had saved count too when it is run again. */
  async function findEnded(position: number, ended: readonly Entry[], request: ImageRequest): Promise<void> {
    for (const entry of ended) {
      if (found.has(position)) return;
      const isThere = entry.ended?.how === 'saved' || entry.ended?.how === 'kept';
      if (!isThere || taken.has(entry.key) || !isSame(entry, request) || isOld(entry)) continue;
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
    return !entry.letGo && isSame(entry, request) && !isOld(entry);
  }

  function isSame({ intended }: Entry, request: ImageRequest): boolean {
    const sameServer = intended.server.base === server.base && intended.server.sandbox === server.sandbox;
    return !intended.row && sameServer && nameOf(intended.request) === nameOf(request);
  }

  /** Its picture is gone, and its key may mean nothing any more: `resume` reports and closes it. */
  function isOld({ intended, accepted }: Entry): boolean {
    return engine.clock.now() - (accepted?.at ?? intended.at) > pictureLifeMs;
  }
}

function nameOf(request: ImageRequest): string {
  const told = Object.entries(request).filter(([, value]) => value !== undefined);
  return JSON.stringify(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The dead runs that this call took over, by name: each is claimed once. */
export type Claims = Map<string, Promise<Run | undefined>>;

/** Takes over the unfinished entry of a dead run; undefined where another process was quicker. */
export async function adopt(
  engine: Engine,
  dead: DeadRun,
  key: string,
  claims: Claims,
): Promise<Begun | undefined> {
  const claimed = claims.get(dead.name) ?? claim(engine, dead);
  claims.set(dead.name, claimed);
  const run = await claimed;
  const entry = run?.open.get(key);
  return run && entry && { run, entry, fate: { uncertain: true } };
}

/** Also removes the temporary files that the dead run left. Throws where the record cannot be written. */
async function claim({ journal }: Engine, { name }: DeadRun): Promise<Run | undefined> {
  const run = await journal.claim(name);
  for (const entry of run?.open.values() ?? []) await Promise.all(entry.temps.map(removeLeftFile));
  return run;
}

/** Copies what is known of a task whose run has ended into a run of this process, to work on it again. */
export async function reopen(
  engine: Engine,
  { key, intended, accepted, completed, saved }: Entry,
): Promise<Begun | undefined> {
  const { at } = intended;
  const files = Object.entries(saved).map(([index, file]) => ({ index: Number(index), file }));
  const events: Event[] = [
    { event: 'intended', key, ...intended },
    ...(accepted ? [{ event: 'accepted', key, ...accepted } as const] : []),
    ...(completed ? [{ event: 'completed', key, ...completed } as const] : []),
    ...files.map((each) => ({ event: 'saved', key, at, ...each }) as const),
  ];
  const run = await writtenTo(engine, events);
  const entry = run.open.get(key);
  return entry && { run, entry, fate: { uncertain: true } };
}

/** Nothing is paid for here: where the record cannot be written, the listener is warned and memory has to do. */
async function writtenTo({ recorded, journal, listener }: Engine, events: readonly Event[]): Promise<Run> {
  if (recorded) {
    try {
      const run = await journal.run();
      await run.append(...events);
      return run;
    } catch (error) {
      listener.warn(error instanceof Error ? error.message : String(error));
    }
  }
  const run = memoryRun();
  await run.append(...events);
  return run;
}

/** Makes a task of another machine ready to be worked on. Nothing is recorded. */
export function foreign({ clock }: Engine, id: string, server: Server, target: Target): Begun {
  const at = clock.now();
  const entry: TaskEntry = {
    key: id,
    intended: { at, server, target },
    accepted: { id, at, replayed: false, cost: null },
    temps: [],
    saving: {},
    saved: {},
  };
  return { run: memoryRun(entry), entry, fate: { uncertain: true } };
}

/**
 * Waits until it is known whether the runs elsewhere that hold a task that is meant are alive: they give a sign of
 * life, or none for too long. A container that was killed a moment ago looks alive from the next one. Throws
 * `timeout`; nothing was bought then.
 */
export async function untilSure(
  { journal, listener }: Engine,
  isMeant: (entry: Entry) => boolean,
  deadline: Deadline,
  wayOut = ' (--new buys at once)',
): Promise<void> {
  const unsure = await journal.unsure();
  const mine = unsure.filter((run) => [...run.entries.values()].some(isMeant));
  if (mine.length === 0) return;
  listener.note(`A run on another machine may still be working on this: waiting to see${wayOut}`);
  try {
    await Promise.all(mine.map((run) => journal.untilSure(run, deadline.signal)));
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'timeout') throw error;
    throw new Failure('timeout', 'it is not known yet whether a run on another machine is still alive', {
      hint: 'Nothing was bought. Run the same command again in a minute',
      retryable: true,
      cause: error,
    });
  }
}
