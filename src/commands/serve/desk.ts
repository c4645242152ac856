import type { LimitFunction } from 'p-limit';
import { makeAndReport } from '../../command-line/make-and-report.ts';
import { type Context, createContext } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { Failure } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import type { Budget } from '../../paid-task/budget.ts';
import { accountAt, type Begun, createWork, startDeadline, type Work } from '../../paid-task/engine.ts';
import { approve } from '../../paid-task/quotes.ts';
import { record } from '../../paid-task/record.ts';
import { beginRow, type KnownRows, knownRows, type RowStart } from '../../paid-task/rows.ts';
import { abandon } from '../../paid-task/stop.ts';
import { adopt, type Claims, deadRuns, isForgotten, nameOf as requestName } from '../../paid-task/take-up.ts';
import { recordedReport } from '../../report/report-entry.ts';
import { emptyReport, errorReport, type TaskReport } from '../../report/task-report.ts';
import type { ImageRequest } from '../../request/request.ts';
import { requestReport } from '../../request/request-report.ts';
import type { ServeSettings } from './settings.ts';

/** An order that has a name: asked for again under it, it is the same purchase, in whatever process. */
export interface NamedOrder {
  /** Names its tasks in the record. */
  batch: string;
  request: ImageRequest;
  /** How many tasks of it. */
  count: number;
  /** What it asks for: the same name must not stand for anything else. */
  asks: string;
  /** The record cannot know it. */
  isNew: boolean;
  /** Nothing is sent before. */
  written: Promise<void>;
  /** When the engine began the first and ended the last of its tasks, by the monotonic clock. */
  engine: { began: number; ended: number };
}

/** A record that the orders of some time share, with settings and key as they were when it was opened. */
export interface Desk {
  context: Context;
  /** Makes a name of these facts that only this record, account and server have. */
  nameOf(...facts: unknown[]): string;
  /** Brings the pictures of an order to their end; what goes wrong with one is part of its report. */
  make(order: NamedOrder): Promise<TaskReport[]>;
  /** Finishes what servers that died had begun. */
  takeUpLeft(): Promise<void>;
  /** For a signal: returns how many tasks go on at the service. */
  abandon(reason: string): number;
}

/** What all records of a server's life share. */
export interface Shared {
  settings: ServeSettings;
  budget: Budget | undefined;
  limit: LimitFunction;
  /** Paths of the pictures that clients sent, by their digests. */
  pictures: Map<string, string>;
}

const door = 'serve';
const pollOtherMs = 200;

/** Throws `authentication` without a key. */
export async function openDesk({ world, flags }: Context, shared: Shared): Promise<Desk> {
  const { settings, budget, limit, pictures } = shared;
  const { wishes, target } = settings;
  const context = await createContext({ ...world, onStop: () => undefined }, { ...flags, json: false, quiet: true });
  const { engine } = context;
  const { clock } = engine;
  engine.known.pictures = pictures;
  const server = await context.server(flags.sandbox === true);
  await context.api(server);
  const { keyOf } = await engine.journal.identity();
  const place = { server, account: await accountAt(engine, server), door };
  const all: Work = { ...createWork(engine, wishes), budget };
  const claims: Claims = new Map();
  const working = new Map<string, Promise<TaskReport>>();
  /** The orders that were made here: the record does not tell of its own tasks that ended while it is written. */
  const made = new Map<string, { asks: string; reports: Map<number, TaskReport> }>();
  let adopting: Promise<unknown> | undefined;

  async function within<Result>(act: (work: Work) => Promise<Result>): Promise<Result> {
    const deadline = startDeadline(engine, wishes.timeoutMs);
    return await act({ ...all, deadline }).finally(() => deadline.cancel());
  }

  async function known(batch: string, { deadline }: Work): Promise<KnownRows> {
    await adopting; // a row is in one run or the other, not between them
    return await knownRows(engine, { ...place, batch }, deadline.signal);
  }

  /** Joins whoever works on the same task in this process. */
  function finish(begun: Begun, work: Work): Promise<TaskReport> {
    const { key } = begun.entry;
    const making =
      working.get(key) ??
      makeAndReport(context, work, begun).finally(() => {
        working.delete(key);
        work.fates.delete(key);
      });
    working.set(key, making);
    return making;
  }

  /** A task that another process works on is waited for, or taken over where that process dies. */
  async function makeRow(order: NamedOrder, number: number, rows: KnownRows): Promise<TaskReport> {
    const { batch, request, count, written } = order;
    const before = made.get(batch)?.reports.get(number);
    if (before && (await areThere(before))) return { ...before, reused: true };
    const row = { row: number, key: rowKey(number, count) };
    const wanted = { request, target: { ...target, index: number }, row };
    return await within(async (work) => {
      for (let found = rows; ; found = await known(batch, work)) {
        const start = await beginRow(work, { ...place, batch }, wanted, found, { claims });
        await written.catch((error) => giveUp(work, start, error));
        if ('ended' in start) return recordedReport(context, start.ended, true);
        if ('begun' in start) return { ...(await finish(start.begun, work)), ...(before && { reused: true }) };
        await clock.wait(pollOtherMs, work.deadline.signal);
      }
    });
  }

  async function makeAndTell(order: NamedOrder, number: number, rows: KnownRows): Promise<TaskReport> {
    order.engine.began = Math.min(order.engine.began, clock.monotonic());
    try {
      const report = await makeRow(order, number, rows);
      const { asks, reports } = made.get(order.batch) ?? { asks: order.asks, reports: new Map() };
      if (report.error === null) made.set(order.batch, { asks, reports: reports.set(number, report) });
      return report;
    } catch (error) {
      return { ...emptyReport(server), ...requestReport(order.request), error: errorReport(error) };
    } finally {
      order.engine.ended = clock.monotonic();
    }
  }

  async function adoptLeft({ deadline }: Work): Promise<Array<Begun | undefined>> {
    const isOurs = ({ intended, letGo }: Entry): boolean => intended.door === door && !letGo;
    const dead = await deadRuns(engine, await engine.journal.left({ tidy: true }), isOurs, deadline.signal);
    const begun = dead.flatMap((run) =>
      [...run.entries.values()]
        .filter((entry) => isOurs(entry) && !isForgotten(engine, entry))
        .map(({ key }) => adopt(engine, run, key, claims)),
    );
    return await Promise.all(begun);
  }

  return {
    context,
    nameOf: (...facts) => keyOf([door, server.base, place.account ?? null, ...facts]),

    async make(order) {
      const { batch, request, count, asks, isNew } = order;
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      const before = made.get(batch);
      const isKnown = isNew || before?.reports.size === count;
      const rows: KnownRows = isKnown ? new Map() : await within((work) => known(batch, work));
      if (before ? before.asks !== asks : !isSame(order, rows)) throw otherRequest();
      const isFresh = (number: number): boolean => !rows.has(rowKey(number, count)) && !before?.reports.has(number);
      const lot = { request, count: numbers.filter(isFresh).length };
      await within((work) => approve(work, server, new Map([[batch, lot]])));
      return await Promise.all(numbers.map((number) => limit(makeAndTell, order, number, rows)));
    },

    async takeUpLeft() {
      const adopted = within(adoptLeft);
      adopting = adopted.catch(() => undefined);
      await Promise.all((await adopted).map((each) => each && within((work) => finish(each, work))));
    },

    abandon: (reason) => abandon(all, reason).length,
  };
}

/** How many there are is part of the name, and so of what the service knows of it. */
function rowKey(number: number, count: number): string {
  return `${number} of ${count}`;
}

/** Tells whether the record holds nothing else under the name of this order. */
function isSame({ request, count }: NamedOrder, rows: KnownRows): boolean {
  const asked = requestName(request);
  return [...rows].every(
    ([key, { entry }]) => key.endsWith(` of ${count}`) && requestName(entry.intended.request) === asked,
  );
}

export function otherRequest(): Failure {
  return new Failure('conflict', 'this Idempotency-Key was used with another request', { hint: 'Nothing was bought' });
}

async function areThere({ images }: TaskReport): Promise<boolean> {
  const there = await Promise.all(images.map(({ path }) => path !== null && exists(path)));
  return there.every(Boolean);
}

/** Nobody could find the order again: nothing of it may be bought by whoever takes the record up. */
async function giveUp(work: Work, start: RowStart, error: unknown): Promise<never> {
  if ('begun' in start)
    await record({ work, ...start.begun }, { event: 'ended', how: 'given-up', message: String(error) });
  throw error;
}
