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
  making?: ReturnType<Desk['make']> | undefined;
}

/** Tasks that may wait for their turn. */
const mostWaiting = 128;
/** How often, and with what pause in milliseconds, to look whether a client that asked for the same is gone. */
const leavingTries = 12;
const leavingMs = 25;

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

  function enter(order: Omit<Live, 'clients'>): Live {
    const mine = live.get(order.batch) ?? { ...order, clients: 0 };
    live.set(order.batch, mine);
    mine.clients += 1;
    return mine;
  }

  function forget({ batch, making, clients }: Live): void {
    if (!making && clients === 0) live.delete(batch);
  }

  /** Enters the order that a request means: that of its key, the one that it was before, or a new one. */
  async function enterMeant({ request, count, key }: PictureOrder): Promise<Live> {
    const nameOf = await desks.use(async (desk) => desk.nameOf);
    const asks = nameOf('asks', count, requestName(request));
    const asked = { asks, request, count, isNew: false, written: Promise.resolve() };
    if (key !== undefined) {
      const batch = nameOf('key', key);
      if ((live.get(batch)?.asks ?? asks) !== asks) throw otherRequest();
      return enter({ ...asked, batch });
    }
    /** Clients that ask for the same side by side want a picture each: this is the first order that nobody waits for. */
    const free = (): string | undefined => log.undelivered(asks).find((batch) => !live.get(batch)?.clients);
    // A client that gave up may ask again before its going away is noticed.
    for (let tries = 0; tries < leavingTries && log.undelivered(asks).length > 0; tries++) {
      const batch = free();
      if (batch !== undefined) return enter({ ...asked, batch });
      await clock.wait(leavingMs);
    }
    checkQueue(count);
    const added = await log.add(asks);
    const batch = free() ?? added.batch; // another server may have been quicker
    return enter({ ...asked, batch, isNew: batch === added.batch, written: added.written });
  }

  function checkQueue(count: number): void {
    if (limit.activeCount + limit.pendingCount + count > mostWaiting + concurrency)
      throw new ApiError(429, 'queue_full', 'Too many pictures are waiting: send it again later');
  }

  function begin(mine: Live): ReturnType<Desk['make']> {
    const making = desks.use((desk) => {
      checkQueue(mine.count);
      return desk.make(mine);
    });
    return making.finally(() => forget(Object.assign(mine, { isNew: false, making: undefined })));
  }

  return {
    ...desks,

    async take(order: PictureOrder) {
      const release = (): void => pictures.release(order.sent);
      const mine = await enterMeant(order).catch((error) => {
        release();
        throw error;
      });
      /** Another request had begun it. */
      const joined = mine.making !== undefined;
      mine.making ??= begin(mine);
      const made = mine.making;
      const isOver = made.then(({ reports }) => reports.every(({ resume }) => resume === null));
      isOver.then((over) => over && release(), release);
      return {
        made,
        joined,
        /** The client has the answer, or went away. With the answer the same request is a new order from then on. */
        async left(delivered: boolean): Promise<void> {
          if (delivered && order.key === undefined && (await isOver.catch(() => false)))
            await log.remove(mine.batch).catch(() => undefined);
          mine.clients -= 1;
          forget(mine);
        },
      };
    },
  };
}

const usesPerDesk = 1000;

/** Opens the records of a server's life one after the other: one that is written for weeks would grow without end. */
function openDesks(open: () => Promise<Desk>) {
  const desks = new Map<Desk, { all: number; now: number }>();
  let current: Promise<Desk> | undefined;

  return {
    /** Uses the record that is open now. Throws `authentication` without a key. */
    async use<Result>(act: (desk: Desk) => Promise<Result>): Promise<Result> {
      current ??= open();
      const mine = current;
      const drop = (): void => {
        if (current === mine) current = undefined;
      };
      const desk = await mine.catch((error) => {
        drop();
        throw error;
      });
      const uses = desks.get(desk) ?? { all: 0, now: 0 };
      desks.set(desk, uses);
      uses.now += 1;
      uses.all += 1;
      try {
        return await act(desk);
      } finally {
        uses.now -= 1;
        if (uses.all >= usesPerDesk || desk.context.engine.stopped.aborted) drop(); // or another process has the record
        if (current !== mine && uses.now === 0 && desks.delete(desk)) void desk.context.close();
      }
    },

    /** For a signal: returns how many tasks go on at the service. */
    abandon: (reason: string): number => [...desks.keys()].reduce((sum, desk) => sum + desk.abandon(reason), 0),
  };
}
