import pLimit from 'p-limit';
import type { Context } from '../../context.ts';
import { createBudget } from '../../paid-task/budget.ts';
import { nameOf as requestName } from '../../paid-task/take-up.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { ApiError } from './api-error.ts';
import { type Desk, type NamedOrder, openDesk, otherRequest } from './desk.ts';
import { openOrderLog } from './order-log.ts';
import type { PictureOrder } from './read-request.ts';
import type { ServeSettings } from './settings.ts';

/** The orders of all clients. One that is sent again because its client gave up, or a server died, joins the first. */
export interface Orders {
  take(order: PictureOrder): Promise<Taken>;
  /** Uses the record that is open now. Throws `authentication` without a key. */
  use<Result>(act: (desk: Desk) => Promise<Result>): Promise<Result>;
  /** For a signal: returns how many tasks go on at the service. */
  abandon(reason: string): number;
}

interface Taken extends Pick<NamedOrder, 'engine'> {
  reports: Promise<TaskReport[]>;
  /** Another request had begun it. */
  joined: boolean;
  /** The client has the answer, or went away. With the answer the same request is a new order from then on. */
  left(delivered: boolean): Promise<void>;
}

/** An order that is under way, or on its way to a client. What has ended since is found in the log and the record. */
interface Live extends Omit<NamedOrder, 'request' | 'count'> {
  /** Clients that are connected. */
  clients: number;
  making: Promise<TaskReport[]> | undefined;
}

/** Tasks that may wait for their turn. */
const mostWaiting = 128;
/** How often, and with what pause in milliseconds, to look whether a client that asked for the same is gone. */
const leavingTries = 12;
const leavingMs = 25;

export async function openOrders(
  context: Context,
  settings: ServeSettings,
  pictures: Map<string, string>,
): Promise<Orders> {
  const { concurrency, maxPictures, wishes } = settings;
  const { clock } = context.world;
  const isLimited = maxPictures !== undefined || wishes.maxCost !== undefined;
  const budget = isLimited ? createBudget({ ...wishes, maxPictures }) : undefined;
  const limit = pLimit(concurrency);
  const shared = { settings, budget, limit, pictures };
  const desks = openDesks(() => openDesk(context, shared));
  const log = await openOrderLog(context.state, clock.now);
  const live = new Map<string, Live>();

  function enter(batch: string, asks: string): Live {
    const isNew = false;
    const engine = { began: 0, ended: 0 };
    const written = Promise.resolve();
    const mine = live.get(batch) ?? { batch, asks, isNew, written, engine, clients: 0, making: undefined };
    live.set(batch, mine);
    mine.clients += 1;
    return mine;
  }

  /** Clients that ask for the same side by side want a picture each: enters the first order that nobody waits for. */
  function enterFree(asks: string): Live | undefined {
    const free = log.undelivered(asks).find((batch) => !live.get(batch)?.clients);
    return free === undefined ? undefined : enter(free, asks);
  }

  /** Enters the order that a request without a key means, or a new one. */
  async function enterAlike(asks: string, count: number): Promise<Live> {
    // A client that gave up may ask again before its going away is noticed.
    for (let tries = 0; tries < leavingTries && log.undelivered(asks).length > 0; tries++) {
      const mine = enterFree(asks);
      if (mine) return mine;
      await clock.wait(leavingMs);
    }
    checkQueue(count);
    const { batch, written } = await log.add(asks);
    const mine = enterFree(asks) ?? enter(batch, asks); // another server may have been quicker
    return Object.assign(mine, { isNew: mine.batch === batch, written });
  }

  function checkQueue(count: number): void {
    if (limit.activeCount + limit.pendingCount + count > mostWaiting + concurrency)
      throw new ApiError(429, 'queue_full', 'Too many pictures are waiting: send it again later');
  }

  function leave(mine: Live): void {
    mine.clients -= 1;
    forget(mine);
  }

  function forget({ batch, making, clients }: Live): void {
    if (!making && clients === 0) live.delete(batch);
  }

  function begin(mine: Live, { request, count }: PictureOrder): Promise<TaskReport[]> {
    checkQueue(count);
    mine.engine = { began: Number.POSITIVE_INFINITY, ended: 0 };
    mine.making = desks
      .use((desk) => desk.make({ ...mine, request, count }), 1)
      .finally(() => {
        Object.assign(mine, { isNew: false, making: undefined });
        forget(mine);
      });
    return mine.making;
  }

  async function join(order: PictureOrder): Promise<Taken> {
    const { key, request, count } = order;
    const nameOf = await desks.use(async (desk) => desk.nameOf);
    const asks = nameOf('asks', count, requestName(request));
    const mine = key === undefined ? await enterAlike(asks, count) : enter(nameOf('key', key), asks);
    try {
      if (mine.asks !== asks) throw otherRequest();
      const joined = mine.making !== undefined;
      const reports = mine.making ?? begin(mine, order);
      const isOver = reports.then((all) => all.every(({ resume }) => resume === null));
      isOver.then((over) => over && order.release(), order.release);
      return {
        reports,
        joined,
        engine: mine.engine,
        async left(delivered) {
          if (delivered && key === undefined && (await isOver.catch(() => false)))
            await log.remove(mine.batch).catch(() => undefined);
          leave(mine);
        },
      };
    } catch (error) {
      leave(mine);
      throw error;
    }
  }

  return {
    take: (order) =>
      join(order).catch((error) => {
        order.release();
        throw error;
      }),
    use: (act) => desks.use(act),
    abandon: desks.abandon,
  };
}

/** The records of a server's life, one after the other: one that is written for weeks would grow without end. */
interface Desks {
  /** @param orders how many orders it is */
  use<Result>(act: (desk: Desk) => Promise<Result>, orders?: number): Promise<Result>;
  abandon(reason: string): number;
}

const ordersPerDesk = 500;

function openDesks(open: () => Promise<Desk>): Desks {
  const desks = new Map<Desk, { orders: number; users: number }>();
  let current: Promise<Desk> | undefined;

  return {
    async use(act, orders = 0) {
      current ??= open();
      const mine = current;
      const drop = (): void => {
        if (current === mine) current = undefined;
      };
      const desk = await mine.catch((error) => {
        drop();
        throw error;
      });
      const uses = desks.get(desk) ?? { orders: 0, users: 0 };
      desks.set(desk, uses);
      uses.users += 1;
      uses.orders += orders;
      if (uses.orders >= ordersPerDesk) drop();
      try {
        return await act(desk);
      } finally {
        uses.users -= 1;
        if (desk.context.engine.stopped.aborted) drop(); // another process took its record over
        if (current !== mine && uses.users === 0 && desks.delete(desk)) void desk.context.close();
      }
    },
    abandon: (reason) => [...desks.keys()].reduce((sum, desk) => sum + desk.abandon(reason), 0),
  };
}
