import { makeAndReport } from '../../command-line/make-and-report.ts';
import { type Context, createContext } from '../../context.ts';
import type { Entry } from '../../journal/entry.ts';
import type { Budget } from '../../paid-task/budget.ts';
import { accountAt, type Begun, createWork, startDeadline, type Work } from '../../paid-task/engine.ts';
import { awaitOther } from '../../paid-task/join.ts';
import { beginRow, type KnownRows, knownRows, type RowPlace } from '../../paid-task/rows.ts';
import { abandon } from '../../paid-task/stop.ts';
import { adopt, type Claims, deadRuns, isForgotten } from '../../paid-task/take-up.ts';
import { recordedReport } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import type { ImageRequest } from '../../request/request.ts';
import type { SentPictures } from './sent-pictures.ts';
import type { ServeSettings } from './settings.ts';

export const door = 'serve';

/** A record that the orders of some time share, with settings and key as they were when it was opened. */
export interface Desk {
  context: Context;
  place: Omit<RowPlace, 'batch'>;
  known(batch: string): Promise<KnownRows>;
  /**
   * Brings one picture of an order to its end; what goes wrong is part of the report.
   * @param written nothing is sent before
   */
  make(
    batch: string,
    request: ImageRequest,
    number: number,
    order: { known: KnownRows; written: Promise<void> },
  ): Promise<TaskReport>;
  /** Finishes what servers that died had begun. */
  takeUpLeft(): Promise<void>;
  /** For a signal: returns how many tasks go on at the service. */
  abandon(reason: string): number;
}

/** Throws `authentication` without a key. */
export async function openDesk(
  { world, flags }: Context,
  { wishes, target }: ServeSettings,
  { budget, pictures }: { budget: Budget | undefined; pictures: SentPictures },
): Promise<Desk> {
  const context = await createContext({ ...world, onStop: () => undefined }, { ...flags, json: false, quiet: true });
  const { engine } = context;
  engine.known.pictures = pictures.paths;
  const server = await context.server(flags.sandbox === true);
  await context.api(server);
  const work: Work = { ...createWork(engine, wishes), budget };
  const place = { server, account: await accountAt(engine, server), door };
  const claims: Claims = new Map();
  const working = new Map<string, Promise<TaskReport>>();
  let adopting: Promise<unknown> | undefined;

  /** Joins whoever works on the same task in this process. */
  function finish(begun: Begun): Promise<TaskReport> {
    const { key } = begun.entry;
    const making = working.get(key) ?? makeOnce(begun).finally(() => working.delete(key));
    working.set(key, making);
    return making;
  }

  async function makeOnce(begun: Begun): Promise<TaskReport> {
    const deadline = startDeadline(engine, wishes.timeoutMs);
    const report = await makeAndReport(context, { ...work, deadline }, begun);
    deadline.cancel();
    work.fates.delete(begun.entry.key);
    return report;
  }

  async function adoptLeft(): Promise<Array<Begun | undefined>> {
    const isOurs = ({ intended, letGo }: Entry): boolean => intended.door === door && !letGo;
    const deadline = startDeadline(engine, wishes.timeoutMs);
    const dead = await deadRuns(engine, await engine.journal.left({ tidy: true }), isOurs, deadline.signal);
    deadline.cancel();
    const begun = dead.flatMap((run) =>
      [...run.entries.values()]
        .filter((entry) => isOurs(entry) && !isForgotten(engine, entry))
        .map(({ key }) => adopt(engine, run, key, claims)),
    );
    return await Promise.all(begun);
  }

  return {
    context,
    place,
    async known(batch) {
      await adopting; // a row is in one run or the other, not between them
      const deadline = startDeadline(engine, wishes.timeoutMs);
      return await knownRows(engine, { ...place, batch }, deadline.signal).finally(() => deadline.cancel());
    },

    async make(batch, request, number, { known, written }) {
      const row = { row: number, key: String(number) };
      const wanted = { request, target: { ...target, index: number }, row };
      const start = await beginRow(work, { ...place, batch }, wanted, known, { claims });
      await written;
      if ('begun' in start) return await finish(start.begun);
      if ('ended' in start) return recordedReport(context, start.ended, true);
      const deadline = startDeadline(engine, wishes.timeoutMs);
      const isThis = ({ key }: Entry): boolean => key === start.elsewhere.key;
      const other = awaitOther({ ...work, deadline }, isThis).finally(() => deadline.cancel());
      return recordedReport(context, await other, true);
    },

    async takeUpLeft() {
      const adopted = adoptLeft();
      adopting = adopted.catch(() => undefined);
      await Promise.all((await adopted).map((each) => each && finish(each)));
    },

    abandon: (reason) => abandon(work, reason).length,
  };
}

/** The records of a server's life, one after the other: one that is written for weeks would grow without end. */
export interface Desks {
  /** @param counts how many orders it is */
  use<Result>(act: (desk: Desk) => Promise<Result>, counts?: number): Promise<Result>;
  abandon(reason: string): number;
}

const ordersPerDesk = 500;

export function openDesks(open: () => Promise<Desk>): Desks {
  const desks = new Map<Promise<Desk>, { desk?: Desk; orders: number; busy: number }>();
  let current: Promise<Desk> | undefined;
  let next: Promise<Desk> | undefined;

  async function use<Result>(act: (desk: Desk) => Promise<Result>, counts = 1): Promise<Result> {
    current ??= open();
    const mine = current;
    const uses = desks.get(mine) ?? { orders: 0, busy: 0 };
    desks.set(mine, uses);
    uses.orders += counts;
    uses.busy += 1;
    try {
      uses.desk ??= await mine;
      if (uses.orders >= ordersPerDesk) renew(mine);
      return await act(uses.desk);
    } finally {
      uses.busy -= 1;
      const isLost = !uses.desk || uses.desk.context.engine.stopped.aborted; // another process took its record over
      if (isLost && current === mine) current = undefined;
      void leave(mine);
    }
  }

  /** Opens the next desk while the last one goes on: nobody waits for it. */
  function renew(last: Promise<Desk>): void {
    if (next || current !== last) return;
    const coming = open();
    next = coming;
    const opened = (isThere: boolean): void => {
      next = undefined;
      if (isThere && current === last) current = coming;
      void leave(last);
    };
    coming.then(
      () => opened(true),
      () => opened(false),
    );
  }

  async function leave(desk: Promise<Desk>): Promise<void> {
    const uses = desks.get(desk);
    if (current !== desk && uses?.busy === 0 && desks.delete(desk)) await uses.desk?.context.close();
  }

  return {
    use,
    abandon: (reason) => [...desks.values()].reduce((sum, { desk }) => sum + (desk?.abandon(reason) ?? 0), 0),
  };
}
