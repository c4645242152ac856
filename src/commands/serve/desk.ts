import type { LimitFunction } from 'p-limit';
import { makeAndReport } from '../../command-line/make-and-report.ts';
import { type Context, createContext } from '../../context.ts';
import { Failure } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import type { BatchRow } from '../../journal/event.ts';
import { adopt, type Claims } from '../../paid-task/adopt.ts';
import type { Budget } from '../../paid-task/budget.ts';
import { accountAt, type Begun, createWork, startDeadline, type Work } from '../../paid-task/engine.ts';
import { approve } from '../../paid-task/quotes.ts';
import { beginRow, type KnownRows, knownRows } from '../../paid-task/rows.ts';
import { abandon } from '../../paid-task/stop.ts';
import { deadRuns, isForgotten, nameOf as requestName } from '../../paid-task/take-up.ts';
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
  /** The record cannot know it. */
  isNew: boolean;
  /** Nothing is begun before. */
  written: Promise<void>;
}

/** What all records of a server's life share. */
interface Shared {
  settings: ServeSettings;
  budget: Budget | undefined;
  limit: LimitFunction;
  /** Paths of the pictures that clients sent, by their digests. */
  pictures: Map<string, string>;
}

export type Desk = Awaited<ReturnType<typeof openDesk>>;

const door = 'serve';

/**
 * Opens a record that the orders of some time share, with settings and key as they are now. Throws `authentication`
 * without a key.
 */
export async function openDesk({ world, flags }: Context, { settings, budget, limit, pictures }: Shared) {
  const { wishes, target } = settings;
  const context = await createContext({ ...world, onStop: () => undefined }, { ...flags, json: false, quiet: true });
  const { engine } = context;
  engine.known.pictures = pictures;
  const server = await context.server();
  const place = { server, account: await accountAt(engine, server), door };
  const { keyOf } = await engine.journal.identity();
  const all: Work = { ...createWork(engine, wishes), budget };
  const claims: Claims = new Map();
  const working = new Map<string, Promise<TaskReport>>();
  /** The rows of each order that ended here: the record does not tell of its own while it is written. */
  const ended = new Map<string, Map<string, { entry: Entry; run: undefined }>>();
  let adopting: Promise<unknown> | undefined;

  async function within<Result>(act: (work: Work) => Promise<Result>): Promise<Result> {
    const deadline = startDeadline(engine, wishes.timeoutMs);
    return await act({ ...all, deadline }).finally(() => deadline.cancel());
  }

  async function rowsOf({ batch, count, isNew }: NamedOrder, { deadline }: Work): Promise<KnownRows> {
    if (isNew || ended.get(batch)?.size === count) return new Map(ended.get(batch));
    await adopting; // a row is in one run or the other, not between them
    const recorded = await knownRows(engine, { ...place, batch }, deadline.signal);
    return new Map([...recorded, ...(ended.get(batch) ?? [])]);
  }

  async function makeRow({ request, batch, written }: NamedOrder, row: BatchRow, rows: KnownRows): Promise<TaskReport> {
    try {
      await written;
      return await within(async (work) => {
        const wanted = { request, target: { ...target, index: row.row }, row };
        const start = await beginRow(work, { ...place, batch }, wanted, rows, { claims });
        return 'ended' in start ? recordedReport(context, start.ended, true) : await finish(start.begun, work);
      });
    } catch (error) {
      return { ...emptyReport(server), ...requestReport(request), error: errorReport(error) };
    }
  }

  /** Joins whoever works on the same task in this process. */
  function finish(begun: Begun, work: Work): Promise<TaskReport> {
    const entry = begun.entry as Entry;
    const { batch = '', key = '' } = entry.intended.row ?? {};
    const making =
      working.get(entry.key) ??
      makeAndReport(context, work, begun).finally(() => {
        working.delete(entry.key);
        all.fates.delete(entry.key);
        if (entry.ended) ended.set(batch, (ended.get(batch) ?? new Map()).set(key, { entry, run: undefined }));
      });
    working.set(entry.key, making);
    return making;
  }

  async function adoptLeft({ deadline }: Work): Promise<Array<Begun | undefined>> {
    const isOurs = ({ intended, letGo }: Entry): boolean => intended.door === door && !letGo;
    const dead = await deadRuns(engine, await engine.journal.left({ tidy: true }), isOurs, deadline.signal);
    const left = dead.flatMap((run) => [...run.entries.values()].map((entry) => ({ run, entry })));
    const meant = left.filter(({ entry }) => isOurs(entry) && !isForgotten(engine, entry));
    return await Promise.all(meant.map(({ run, entry }) => adopt(engine, run, entry.key, claims)));
  }

  return {
    context,

    /** Makes a name of these facts that only this record, account and server have. */
    nameOf: (...facts: unknown[]): string => keyOf([door, server.base, place.account ?? null, ...facts]),

    /**
     * Brings the pictures of an order to their end; what goes wrong with one is part of its report. Also tells how long
     * the engine was at work on them.
     */
    async make(order: NamedOrder) {
      const { batch, request, count } = order;
      // How many there are is part of the name, and so of what the service knows of it.
      const wanted = Array.from({ length: count }, (_, at) => ({ batch, row: at + 1, key: `${at + 1} of ${count}` }));
      const rows = await within(async (work) => {
        const found = await rowsOf(order, work);
        for (const [key, { entry }] of found)
          if (!key.endsWith(` of ${count}`) || requestName(entry.intended.request) !== requestName(request))
            throw otherRequest();
        const fresh = wanted.filter(({ key }) => !found.has(key)).length;
        await approve(work, server, new Map([[batch, { request, count: fresh }]]));
        return found;
      });
      let began = Number.POSITIVE_INFINITY;
      const make = (row: BatchRow): Promise<TaskReport> => {
        began = Math.min(began, engine.clock.monotonic());
        return makeRow(order, row, rows);
      };
      const reports = await Promise.all(wanted.map((row) => limit(make, row)));
      return { reports, engineMs: engine.clock.monotonic() - began };
    },

    /** Finishes what servers that died had begun. */
    async takeUpLeft(): Promise<void> {
      const adopted = within(adoptLeft);
      adopting = adopted.catch(() => undefined);
      await Promise.all((await adopted).map((each) => each && within((work) => finish(each, work))));
    },

    /** For a signal: returns how many tasks go on at the service. */
    abandon: (reason: string): number => abandon(all, reason).length,
  };
}

/** The failure for an order under whose name the record holds something else. */
export function otherRequest(): Failure {
  return new Failure('conflict', 'this Idempotency-Key was used with another request', { hint: 'Nothing was bought' });
}
