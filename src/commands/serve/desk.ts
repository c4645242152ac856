import type { LimitFunction } from 'p-limit';
import { makeAndReport } from '../../command-line/make-and-report.ts';
import { type Context, createContext } from '../../context.ts';
import { Failure } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import type { BatchRow } from '../../journal/event.ts';
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
interface Shared {
  settings: ServeSettings;
  budget: Budget | undefined;
  limit: LimitFunction;
  /** Paths of the pictures that clients sent, by their digests. */
  pictures: Map<string, string>;
}

const door = 'serve';

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
  /** The rows of each order that ended here: the record does not tell of its own while it is written. */
  const ended = new Map<string, Map<string, { entry: Entry; run: undefined }>>();
  let adopting: Promise<unknown> | undefined;

  async function within<Result>(act: (work: Work) => Promise<Result>): Promise<Result> {
    const deadline = startDeadline(engine, wishes.timeoutMs);
    return await act({ ...all, deadline }).finally(() => deadline.cancel());
  }

  async function known({ batch, count, isNew }: NamedOrder, { deadline }: Work): Promise<KnownRows> {
    const isEnded = ended.get(batch)?.size === count;
    if (!isNew && !isEnded) await adopting; // a row is in one run or the other, not between them
    const there = isNew || isEnded ? [] : await knownRows(engine, { ...place, batch }, deadline.signal);
    return new Map([...there, ...(ended.get(batch) ?? [])]);
  }

  /** Joins whoever works on the same task in this process. */
  function finish(begun: Begun, work: Work): Promise<TaskReport> {
    const { key } = begun.entry;
    const making = working.get(key) ?? makeAndReport(context, work, begun).finally(() => leave(begun.entry as Entry));
    working.set(key, making);
    return making;
  }

  function leave(entry: Entry): void {
    working.delete(entry.key);
    all.fates.delete(entry.key);
    const { batch = '', key = '' } = entry.intended.row ?? {};
    const rows = ended.get(batch) ?? new Map();
    if (entry.ended) ended.set(batch, rows.set(key, { entry, run: undefined }));
  }

  async function makeRow(order: NamedOrder, row: BatchRow, rows: KnownRows): Promise<TaskReport> {
    const { request, batch, written } = order;
    order.engine.began = Math.min(order.engine.began, clock.monotonic());
    try {
      return await within(async (work) => {
        const wanted = { request, target: { ...target, index: row.row }, row };
        const start = await beginRow(work, { ...place, batch }, wanted, rows, { claims });
        await written.catch((error) => giveUp(work, start, error));
        return 'ended' in start ? recordedReport(context, start.ended, true) : await finish(start.begun, work);
      });
    } catch (error) {
      return { ...emptyReport(server), ...requestReport(request), error: errorReport(error) };
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
      const { batch, request, count } = order;
      // How many there are is part of the name, and so of what the service knows of it.
      const wanted = Array.from({ length: count }, (_, at) => ({ batch, row: at + 1, key: `${at + 1} of ${count}` }));
      const rows = await within(async (work) => {
        const found = await known(order, work);
        checkSame(order, found);
        const fresh = wanted.filter(({ key }) => !found.has(key)).length;
        await approve(work, server, new Map([[batch, { request, count: fresh }]]));
        return found;
      });
      return await Promise.all(wanted.map((row) => limit(makeRow, order, row, rows)));
    },

    async takeUpLeft() {
      const adopted = within(adoptLeft);
      adopting = adopted.catch(() => undefined);
      await Promise.all((await adopted).map((each) => each && within((work) => finish(each, work))));
    },

    abandon: (reason) => abandon(all, reason).length,
  };
}

/** Throws `conflict` where the record holds something else under the name of this order. */
function checkSame({ request, count }: NamedOrder, rows: KnownRows): void {
  for (const [key, { entry }] of rows)
    if (!key.endsWith(` of ${count}`) || requestName(entry.intended.request) !== requestName(request))
      throw otherRequest();
}

export function otherRequest(): Failure {
  return new Failure('conflict', 'this Idempotency-Key was used with another request', { hint: 'Nothing was bought' });
}

/** Nobody could find the order again: nothing of it may be bought by whoever takes the record up. */
async function giveUp(work: Work, start: RowStart, error: unknown): Promise<never> {
  if ('begun' in start)
    await record({ work, ...start.begun }, { event: 'ended', how: 'given-up', message: String(error) });
  throw error;
}
