import type { Desk } from './desk.ts';

/** The records of a server's life, one after the other: one that is written for weeks would grow without end. */
export interface Desks {
  /** @param counts how many orders it is */
  use<Result>(act: (desk: Desk) => Promise<Result>, counts?: number): Promise<Result>;
  abandon(reason: string): number;
}

const ordersPerDesk = 500;

export function openDesks(open: () => Promise<Desk>): Desks {
  const desks = new Map<Promise<Desk>, { orders: number; busy: number }>();
  const opened = new Set<Desk>();
  let current: Promise<Desk> | undefined;

  /** Opens another desk once the last one had many orders, or another process took its record over. */
  async function use<Result>(act: (desk: Desk) => Promise<Result>, counts = 1): Promise<Result> {
    current ??= open().then((desk) => {
      opened.add(desk);
      return desk;
    });
    const mine = current;
    const count = desks.get(mine) ?? { orders: 0, busy: 0 };
    desks.set(mine, count);
    count.orders += counts;
    count.busy += 1;
    try {
      return await act(await mine);
    } finally {
      count.busy -= 1;
      const desk = await mine.catch(() => undefined);
      const isSpent = !desk || count.orders >= ordersPerDesk || desk.context.engine.stopped.aborted;
      if (isSpent && current === mine) current = undefined;
      if (isSpent && count.busy === 0 && desks.delete(mine) && desk) {
        opened.delete(desk);
        await desk.context.close();
      }
    }
  }

  return { use, abandon: (reason) => [...opened].reduce((sum, desk) => sum + desk.abandon(reason), 0) };
}
