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
  /** Finishes what servers that died had begun. */
  takeUpLeft(): Promise<void>;
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

/** An order that is under way, or on its way to a client. What has ended since is found in the log and the record. */
interface Live extends Pick<Taken, 'reports' | 'engine'> {
  asks: string;
  /** Clients that are connected. */
  waiting: number;
  /** How it ended: `unfinished` goes on when it is asked for again. */
  ended?: 'finished' | 'unfinished';
}

type NameOf = (...what: unknown[]) => string;

/** Tasks that may wait for their turn. */
const mostWaiting = 128;
const mostRemembered = 10_000;
const retrySeconds = 5;
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
  /** The last pictures that were accepted: the record tells of them only when it is closed. */
  const accepted = new Set<string>();
  /** Tasks that run or wait. */
  let taken = 0;

  async function makeAll(name: string, { requests, key }: PictureOrder, { asks, engine }: Live): Promise<TaskReport[]> {
    return await desks.use(async (desk) => {
      const logged = log.find(name);
      const isNew = !logged || clock.now() - logged.at > (key === undefined ? undeliveredMs : keyedMs);
      if (!isNew) checkAsks(logged.asks, asks);
      const { batch, written } = isNew ? log.add(name, asks) : { ...logged, written: Promise.resolve() };
      written.catch(() => undefined); // thrown by each picture
      const known = isNew ? new Map() : await desk.known(batch);
      const isFresh = (_: unknown, index: number): boolean =>
        !known.has(String(index + 1)) && !accepted.has(`${batch} ${index}`);
      const fresh = requests.filter(isFresh).length;
      if (bought + fresh > maxPictures) throw tooMany(maxPictures);
      bought += fresh;
      const make = async (request: PictureOrder['requests'][number], index: number): Promise<TaskReport> => {
        engine.began = Math.min(engine.began, clock.monotonic());
        try {
          const reused = accepted.has(`${batch} ${index}`);
          const report = await desk.make(batch, request, index + 1, { known, written });
          if (report.task_id !== null) remember(`${batch} ${index}`);
          return reused ? { ...report, reused } : report;
        } catch (error) {
          return { ...emptyReport(desk.place.server), ...requestReport(request), error: errorReport(error) };
        } finally {
          engine.ended = clock.monotonic();
        }
      };
      return await Promise.all(requests.map((request, index) => limit(make, request, index)));
    });
  }

  function remember(picture: string): void {
    accepted.add(picture);
    for (const oldest of accepted) {
      if (accepted.size <= mostRemembered) break;
      accepted.delete(oldest);
    }
  }

  function begin(name: string, asks: string, order: PictureOrder): Live {
    const count = order.requests.length;
    if (taken + count > mostWaiting + concurrency)
      throw new ApiError(429, 'queue_full', 'Too many pictures are waiting: send it again later', retrySeconds);
    taken += count;
    const engine = { began: Number.POSITIVE_INFINITY, ended: 0 };
    const begun: Live = { asks, engine, waiting: 0, reports: Promise.resolve([]) };
    const settle = (isUnfinished: boolean): void => {
      taken -= count;
      begun.ended = isUnfinished ? 'unfinished' : 'finished';
      forget(name, begun);
    };
    begun.reports = makeAll(name, order, begun);
    begun.reports.then(
      (reports) => settle(reports.some(({ resume }) => resume !== null)),
      () => settle(true),
    );
    live.set(name, begun);
    return begun;
  }

  /** Where nothing is recorded, only memory knows what was not delivered. */
  function forget(name: string, order: Live): void {
    const isKnown = context.state !== undefined || order.ended === 'unfinished';
    if (order.ended && order.waiting === 0 && isKnown && live.get(name) === order) live.delete(name);
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

  async function join(order: PictureOrder): Promise<Taken> {
    const { key, requests } = order;
    const nameOf = await desks.use(namer, 0);
    const asks = nameOf('asks', requests.length, requests.slice(0, 1).map(requestName));
    if (key === undefined) await letLeave(nameOf, asks);
    const name = key === undefined ? nameOf(asks, freeOrder(nameOf, asks)) : nameOf('key', key);
    const known = live.get(name);
    if (known) checkAsks(known.asks, asks);
    const joins = known !== undefined && known.ended !== 'unfinished';
    const mine = joins ? known : begin(name, asks, order);
    mine.waiting += 1;
    return {
      reports: mine.reports,
      engine: mine.engine,
      joined: joins,
      async left(delivered) {
        if (delivered && key === undefined && mine.ended === 'finished') {
          await log.remove(name).catch(() => undefined); // the same request then brings the same picture
          if (live.get(name) === mine) live.delete(name);
        }
        mine.waiting -= 1;
        forget(name, mine);
      },
    };
  }

  return {
    async take(order) {
      const drop = (): void => pictures.release(order.pictures);
      try {
        const joined = await join(order);
        joined.reports.then((reports) => (reports.every(({ resume }) => resume === null) ? drop() : undefined), drop);
        return joined;
      } catch (error) {
        drop();
        throw error;
      }
    },
    desk: () => desks.use(async (desk) => desk, 0),
    takeUpLeft: () => desks.use((desk) => desk.takeUpLeft(), 0),
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
