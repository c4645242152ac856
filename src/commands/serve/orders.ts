import pLimit from 'p-limit';
import type { Context } from '../../context.ts';
import { createBudget } from '../../paid-task/budget.ts';
import { nameOf as requestName } from '../../paid-task/take-up.ts';
import { ApiError } from './api-error.ts';
import { type Desk, type NamedOrder, openDesk, otherRequest } from './desk.ts';
import { openOrderLog } from './order-log.ts';
import type { PictureOrder } from './read-request.ts';
import type { SentPictures } from './sent-pictures.ts';
import type { ServeSettings } from './settings.ts';

/** An order that is under way, or on its way to a client. What has ended since is found in the log and the record. */
interface Live extends NamedOrder {
  /** Names what it asks for: the same name of an order must not stand for anything else. */
  asks: string;
  /** Clients that are connected. */
  clients: number;
  making: ReturnType<Desk['make']> | undefined;
}

/** Tasks that may wait for their turn. */
const mostWaiting = 128;
/** How often, and with what pause in milliseconds, to look whether a client that asked for the same is gone. */
const leavingTries = 12;
const leavingMs = 25;

export type Orders = Awaited<ReturnType<typeof openOrders>>;

/** Takes the orders of all clients. One that is sent again because its client gave up, or a server died, joins the first. */
export async function openOrders(context: Context, settings: ServeSettings, pictures: SentPictures) {
  const { concurrency, maxPictures, wishes } = settings;
  const { clock } = context.world;
  const isLimited = maxPictures !== undefined || wishes.maxCost !== undefined;
  const budget = isLimited ? createBudget({ ...wishes, maxPictures }) : undefined;
  const limit = pLimit(concurrency);
  const desks = openDesks(() => openDesk(context, { settings, budget, limit, pictures: pictures.paths }));
  const log = await openOrderLog(context.state, clock.now);
  const live = new Map<string, Live>();

  function enter(batch: string, asked: Pick<Live, 'asks' | 'request' | 'count'>): Live {
    const isNew = false;
    const written = Promise.resolve();
    const mine = live.get(batch) ?? { ...asked, batch, isNew, written, clients: 0, making: undefined };
    live.set(batch, mine);
    mine.clients += 1;
    return mine;
  }

  /** Clients that ask for the same side by side want a picture each: enters the first order that nobody waits for. */
  function enterFree(asked: Parameters<typeof enter>[1]): Live | undefined {
    const free = log.undelivered(asked.asks).find((batch) => !live.get(batch)?.clients);
    return free === undefined ? undefined : enter(free, asked);
  }

  /** Enters the order that a request means: that of its key, the one that it was before, or a new one. */
  async function enterMeant({ request, count, key }: PictureOrder): Promise<Live> {
    const nameOf = await desks.use(async (desk) => desk.nameOf);
    const asks = nameOf('asks', count, requestName(request));
    const asked = { asks, request, count };
    if (key !== undefined) {
      const batch = nameOf('key', key);
      if ((live.get(batch)?.asks ?? asks) !== asks) throw otherRequest();
      return enter(batch, asked);
    }
    // A client that gave up may ask again before its going away is noticed.
    for (let tries = 0; tries < leavingTries && log.undelivered(asks).length > 0; tries++) {
      const mine = enterFree(asked);
      if (mine) return mine;
      await clock.wait(leavingMs);
    }
    checkQueue(count);
    const { batch, written } = await log.add(asks);
    const mine = enterFree(asked) ?? enter(batch, asked); // another server may have been quicker
    return Object.assign(mine, { isNew: mine.batch === batch, written });
  }

  function checkQueue(count: number): void {
    if (limit.activeCount + limit.pendingCount + count > mostWaiting + concurrency)
      throw new ApiError(429, 'queue_full', 'Too many pictures are waiting: send it again later');
  }

  function begin(mine: Live): ReturnType<Desk['make']> {
    checkQueue(mine.count);
    const order = { ...mine }; // as it is now: whoever joins may change it
    return desks
      .use((desk) => desk.make(order), 1)
      .finally(() => forget(Object.assign(mine, { isNew: false, making: undefined })));
  }

  /** @param leaving how many clients go */
  function forget(mine: Live, leaving = 0): void {
    mine.clients -= leaving;
    if (!mine.making && mine.clients === 0) live.delete(mine.batch);
  }

  return {
    /** Uses the record that is open now. Throws `authentication` without a key. */
    use: <Result>(act: (desk: Desk) => Promise<Result>): Promise<Result> => desks.use(act),

    /** For a signal: returns how many tasks go on at the service. */
    abandon: desks.abandon,

    async take(order: PictureOrder) {
      const release = (): void => pictures.release(order.sent);
      let mine: Live | undefined;
      try {
        const entered = await enterMeant(order);
        mine = entered;
        /** Another request had begun it. */
        const joined = entered.making !== undefined;
        entered.making ??= begin(entered);
        const made = entered.making;
        const isOver = made.then(({ reports }) => reports.every(({ resume }) => resume === null));
        isOver.then((over) => over && release(), release);
        return {
          made,
          joined,
          /** The client has the answer, or went away. With the answer the same request is a new order from then on. */
          async left(delivered: boolean): Promise<void> {
            if (delivered && order.key === undefined && (await isOver.catch(() => false)))
              await log.remove(entered.batch).catch(() => undefined);
            forget(entered, 1);
          },
        };
      } catch (error) {
        if (mine) forget(mine, 1);
        release();
        throw error;
      }
    },
  };
}

const ordersPerDesk = 500;

/** Opens the records of a server's life one after the other: one that is written for weeks would grow without end. */
function openDesks(open: () => Promise<Desk>) {
  const desks = new Map<Desk, { orders: number; users: number }>();
  let current: Promise<Desk> | undefined;

  return {
    /** @param orders how many orders it is */
    async use<Result>(act: (desk: Desk) => Promise<Result>, orders = 0): Promise<Result> {
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
    abandon: (reason: string): number => [...desks.keys()].reduce((sum, desk) => sum + desk.abandon(reason), 0),
  };
}
