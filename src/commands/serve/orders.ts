import pLimit from 'p-limit';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import { createBudget } from '../../paid-task/budget.ts';
import { nameOf as requestName } from '../../paid-task/take-up.ts';
import { emptyReport, errorReport, type TaskReport } from '../../report/task-report.ts';
import { requestReport } from '../../request/request-report.ts';
import { ApiError } from './api-error.ts';
import { type Desk, door, openDesk, openDesks } from './desk.ts';
import { openOrderLog } from './order-log.ts';
import type { PictureOrder } from './read-request.ts';
import type { SentPictures } from './sent-pictures.ts';
import type { ServeSettings } from './settings.ts';

/** The orders of all clients. One that is sent again because its client gave up, or a server died, joins the first. */
export interface Orders {
  take(order: PictureOrder): Promise<Taken>;
  desk(): Promise<Desk>;
  abandon(reason: string): number;
}

interface Taken {
  reports: Promise<TaskReport[]>;
  /** When the engine began the first and ended the last of them, by the monotonic clock. */
  engine: { began: number; ended: number };
  /** Another request had begun it. */
  joined: boolean;
  /** The client has the answer, or went away. With the answer the same request is a new order from then on. */
  left(delivered: boolean): Promise<void>;
}

/** An order that is under way, or on its way to a client. */
interface Live {
  asks: string;
  engine: Taken['engine'];
  reports: Promise<TaskReport[]>;
  /** Clients that are connected. */
  waiting: number;
  settled: boolean;
  /** It ended before its pictures were there: asked for again, it goes on. */
  unfinished: boolean;
  /** Empty until it is settled. */
  made: readonly TaskReport[];
}

type NameOf = (...what: unknown[]) => string;

/** Tasks that may wait for their turn. */
const mostWaiting = 128;
const retrySeconds = 5;
/** Orders that are remembered in memory; the record knows all. */
const mostKept = 1000;
/** How often, and with what pause in milliseconds, to look whether a client that asked for the same is gone. */
const leavingTries = 12;
const leavingMs = 25;
/** An answer that nobody fetched for so long is not what somebody means who asks the same again. */
const undeliveredMs = 24 * 3_600_000;
const keyedMs = 7 * 24 * 3_600_000;

export async function openOrders(context: Context, settings: ServeSettings, pictures: SentPictures): Promise<Orders> {
  const { concurrency, maxPictures, wishes } = settings;
  const { clock } = context.world;
  const log = await openOrderLog(context.state, clock.now);
  const budget = wishes.maxCost === undefined ? undefined : createBudget(wishes);
  const limit = pLimit(concurrency);
  const live = new Map<string, Live>();
  const desks = openDesks(() => openDesk(context, settings, { budget, pictures }));
  let bought = 0;
  /** Tasks of orders that were taken and have not started. */
  let queued = 0;

  async function makeAll(
    name: string,
    { requests, key }: PictureOrder,
    { asks, engine, made: earlier }: Live,
    starts: () => void,
  ): Promise<TaskReport[]> {
    return await desks.use(async (desk) => {
      const logged = log.find(name);
      const isNew = !logged || clock.now() - logged.at > (key === undefined ? undeliveredMs : keyedMs);
      if (!isNew) checkAsks(logged.asks, asks);
      const { batch, written } = isNew ? log.add(name, asks) : { ...logged, written: Promise.resolve() };
      written.catch(() => undefined); // thrown by each picture
      const known = isNew ? new Map() : await desk.known(batch);
      const fresh = requests.filter((_, index) => !known.has(String(index + 1))).length;
      if (bought + fresh > maxPictures) throw tooMany(maxPictures);
      bought += fresh;
      return await Promise.all(
        requests.map((request, index) =>
          limit(async () => {
            starts();
            const made = earlier[index];
            if (made && made.error === null && made.resume === null) return made;
            engine.began = Math.min(engine.began, clock.monotonic());
            return await desk.make(batch, request, index + 1, { known, written }).finally(() => {
              engine.ended = clock.monotonic();
            });
          }).catch(
            (error): TaskReport => ({
              ...emptyReport(desk.place.server),
              ...requestReport(request),
              error: errorReport(error),
            }),
          ),
        ),
      );
    });
  }

  /** Names what is asked for: the client's own key does, else the request and its number among those alike. */
  async function namer({ place, context: { engine } }: Desk): Promise<NameOf> {
    const { keyOf } = await engine.journal.identity();
    return (...what) => keyOf([door, place.server.base, place.account ?? null, ...what]);
  }

  /** Clients that ask for the same side by side want a picture each: takes the first order that nobody waits for. */
  function freeOrder(nameOf: NameOf, asks: string): number {
    for (let nth = 1; ; nth++) if (!live.get(nameOf(asks, nth))?.waiting) return nth;
  }

  /** A client that gave up may ask again before its going away is noticed. */
  async function letLeave(nameOf: NameOf, asks: string): Promise<void> {
    const alike = freeOrder(nameOf, asks);
    for (let tries = 0; alike > 1 && tries < leavingTries; tries++) {
      await clock.wait(leavingMs);
      if (freeOrder(nameOf, asks) < alike) return;
    }
  }

  function begin(name: string, asks: string, order: PictureOrder, earlier: readonly TaskReport[]): Live {
    if (queued + order.requests.length > mostWaiting + concurrency)
      throw new ApiError(429, 'queue_full', 'Too many pictures are waiting: send it again later', retrySeconds);
    let unstarted = order.requests.length;
    queued += unstarted;
    const starts = (): void => {
      unstarted -= 1;
      queued -= 1;
    };
    const begun: Live = {
      asks,
      engine: { began: Number.POSITIVE_INFINITY, ended: 0 },
      reports: Promise.resolve([]),
      waiting: 0,
      settled: false,
      unfinished: false,
      made: earlier,
    };
    begun.reports = makeAll(name, order, begun, starts);
    live.set(name, begun);
    const settle = (): void => {
      queued -= unstarted;
      begun.settled = true;
      tidy();
    };
    begun.reports.then(
      (reports) => {
        begun.made = reports;
        begun.unfinished = reports.some(({ resume }) => resume !== null);
        settle();
      },
      () => {
        begun.unfinished = true;
        settle();
      },
    );
    return begun;
  }

  /** What was not delivered, or has a key of its own, may be asked for again: the newest are kept. */
  function tidy(): void {
    for (const [name, { settled, waiting }] of live)
      if (live.size > mostKept && settled && waiting === 0) live.delete(name);
  }

  async function join(order: PictureOrder): Promise<Taken> {
    const nameOf = await desks.use(namer, 0);
    const asks = nameOf('asks', order.requests.length, order.requests.slice(0, 1).map(requestName));
    if (order.key === undefined) await letLeave(nameOf, asks);
    const name = order.key === undefined ? nameOf(asks, freeOrder(nameOf, asks)) : nameOf('key', order.key);
    const known = live.get(name);
    if (known) checkAsks(known.asks, asks);
    const before = known?.unfinished ? undefined : known;
    const mine = before ?? begin(name, asks, order, known?.made ?? []);
    mine.waiting += 1;
    return {
      reports: mine.reports,
      engine: mine.engine,
      joined: before !== undefined,
      async left(delivered) {
        if (delivered && order.key === undefined && mine.settled && !mine.unfinished) {
          await log.remove(name).catch(() => undefined);
          if (live.get(name) === mine) live.delete(name);
        }
        mine.waiting -= 1;
      },
    };
  }

  return {
    async take(order) {
      const drop = (): Promise<void> => pictures.release(order.pictures);
      try {
        const taken = await join(order);
        taken.reports.then((reports) => (reports.every(({ resume }) => resume === null) ? drop() : undefined), drop);
        return taken;
      } catch (error) {
        await drop();
        throw error;
      }
    },
    desk: () => desks.use(async (desk) => desk, 0),
    abandon: desks.abandon,
  };
}

function checkAsks(before: string, asks: string): void {
  if (before === asks) return;
  throw new Failure('conflict', 'this Idempotency-Key was used with another request', { hint: 'Nothing was bought' });
}

function tooMany(most: number): Failure {
  return new Failure('over_budget', `the server may buy ${most} pictures until it is started again`, {
    hint: 'Nothing was sent',
  });
}
