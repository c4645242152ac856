import { exists } from '../disk/place.ts';
import type { ErrorCode } from '../errors.ts';
import { type Entry, filesOf } from '../journal/entry.ts';
import type { BatchRow, Server } from '../journal/event.ts';
import type { LeftRun } from '../journal/left-runs.ts';
import type { Run } from '../journal/run.ts';
import { adopt, type Claims, reopen } from './adopt.ts';
import { intend } from './begin.ts';
import type { Begun, Engine, Wanted, Work } from './engine.ts';
import type { Shard } from './row-key.ts';
import { deadRuns, isForgotten, refuseUnreadable, unanswered } from './take-up.ts';

/** A rate limit is that of all rows: each is retried until its own deadline. */
export const rateLimitTries = 1000;

/** Failures that no other row can escape either. */
export const stopsAll: ReadonlySet<string> = new Set<ErrorCode>([
  'authentication',
  'insufficient_credits',
  'over_budget',
  'interrupted',
]);

/** The rows of one name, at one server and account. Asked for again, a row is the same purchase. */
export interface RowPlace {
  batch: string;
  server: Server;
  account: string | undefined;
  /** Who asks, where it is not a person. */
  door?: string;
}

/** Excludes every other process from these rows; false where one is at work on them. */
export async function claimRows(
  { journal }: Engine,
  { batch, server, account }: RowPlace,
  shard: Shard | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { keyOf } = await journal.identity();
  return await journal.claim(keyOf(['batch', server.base, account ?? null, batch]), shard, signal);
}

/** What the record says of a row. Without a run it has ended. */
interface KnownRow {
  entry: Entry;
  /** `elsewhere`: a living process works on it. */
  run: Run | LeftRun | 'elsewhere' | undefined;
}

/** The newest that the record knows of each row, by its key. */
export type KnownRows = ReadonlyMap<string, KnownRow>;

/** Reads what earlier calls made of the rows. */
export async function knownRows(engine: Engine, place: RowPlace, signal: AbortSignal): Promise<KnownRows> {
  const known = new Map<string, KnownRow>();
  const isOurs = (entry: Entry): boolean => isAt(entry, place);
  const note = (entry: Entry, run?: KnownRow['run']): void => {
    const { key } = entry.intended.row as BatchRow;
    const before = known.get(key);
    if (!before || rank({ entry, run }) >= rank(before)) known.set(key, { entry, run });
  };
  for (const run of engine.journal.owned())
    for (const entry of run.open.values())
      if (entry.intended.request && isOurs(entry as Entry)) note(entry as Entry, run);
  const left = await engine.journal.ofBatch(place.batch, async (entry, run) => {
    if (isOurs(entry)) note(entry, run && 'elsewhere');
  });
  refuseUnreadable(left.unreadable);
  for (const run of await deadRuns(engine, left, isOurs, signal))
    for (const entry of run.entries.values()) if (isOurs(entry)) note(entry, run);
  return known;
}

/** Tells whether a recorded task is a row there. */
export function isAt({ intended: { row, server, account } }: Entry, place: Omit<RowPlace, 'door'>): boolean {
  if (row?.batch !== place.batch) return false;
  if (server.base !== place.server.base || server.sandbox !== place.server.sandbox) return false;
  return account === undefined || account === place.account;
}

/**
 * A newer attempt counts; of one attempt what was made of it, then what is unfinished, then why it failed. Of two that
 * are unfinished the one of this process: whoever waits for the other may be waited for.
 */
function rank({ entry, run }: KnownRow): number {
  const isOwn = run !== undefined && run !== 'elsewhere' && !('life' in run);
  const generation = entry.intended.row?.generation ?? 0;
  return generation * 4 + (isMade(entry) ? 3 : isOwn ? 2 : run === undefined ? 0 : 1);
}

function isMade({ ended }: Entry): boolean {
  return ended?.how === 'saved' || ended?.how === 'kept';
}

/** What is to be done for a row: work on it, or tell what the record says of it. */
export type RowStart = { begun: Begun } | { ended: Entry };

const pollOtherMs = 200;

/**
 * Begins a row, or takes up what was begun of it. One that another process works on is waited for, and taken up where
 * that process dies. Two that begin it at one instant send the same key: the service makes one task of it, which both
 * save. A row that failed is bought again only with `retryFailed`. Throws `conflict` where nobody knows whether an old
 * request was accepted.
 */
export async function beginRow(
  work: Work,
  place: RowPlace,
  wanted: WantedRow,
  known: KnownRows,
  options: RowOptions,
): Promise<RowStart> {
  const { engine, deadline } = work;
  for (let rows = known; ; rows = await knownRows(engine, place, deadline.signal)) {
    const start = await beginUnlessElsewhere(work, place, wanted, rows, options);
    if (start) return start;
    await engine.clock.wait(pollOtherMs, deadline.signal);
  }
}

type WantedRow = Wanted & { row: Omit<BatchRow, 'batch' | 'generation'> };

interface RowOptions {
  claims: Claims;
  retryFailed?: boolean;
}

async function beginUnlessElsewhere(
  work: Work,
  place: RowPlace,
  wanted: WantedRow,
  known: KnownRows,
  { claims, retryFailed = false }: RowOptions,
): Promise<RowStart | undefined> {
  const { entry, run } = known.get(wanted.row.key) ?? {};
  if (entry && run) return await takeUpRow(work, entry, run, claims);
  if (entry && isMade(entry)) {
    const there = await Promise.all(filesOf(entry).map(({ path }) => exists(path)));
    if (entry.ended?.how === 'kept' || there.every(Boolean)) return { ended: entry };
    const begun = await reopen(work.engine, entry);
    if (begun) return started(work, begun);
  }
  const hasFailed = entry !== undefined && isOwnFailure(entry);
  if (hasFailed && !retryFailed) return { ended: entry };
  const generation = (entry?.intended.row?.generation ?? 0) + (hasFailed ? 1 : 0);
  const { batch, server, door } = place;
  const row = { ...wanted.row, batch, ...(generation > 0 && { generation }) };
  const [begun] = await intend(work, [{ ...wanted, row, server, ...(door && { door }) }]);
  if (!begun) throw new Error('no task was started');
  return { begun };
}

async function takeUpRow(
  work: Work,
  entry: Entry,
  run: NonNullable<KnownRow['run']>,
  claims: Claims,
): Promise<RowStart | undefined> {
  if (run === 'elsewhere') return undefined;
  if (!('life' in run)) return started(work, { run, entry, fate: { uncertain: true } });
  if (isForgotten(work.engine, entry)) throw unanswered(entry);
  const begun = await adopt(work.engine, run, entry.key, claims);
  return begun && started(work, begun);
}

function started(work: Work, begun: Begun): RowStart {
  work.fates.set(begun.entry.key, begun.fate);
  return { begun };
}

/** A key, a balance or a rate that was refused says nothing about the task: the next call retries it. */
export function isOwnFailure({ ended }: Entry): boolean {
  if (ended?.how === 'failed' || ended?.how === 'expired') return true;
  return ended?.how === 'refused' && (ended.code === 'validation' || ended.code === 'conflict');
}
