import { resolve } from 'node:path';
import pMap from 'p-map';
import type { Context } from '../../context.ts';
import { expandHome } from '../../disk/home-path.ts';
import { Failure, tellAll } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import type { DeadRun } from '../../journal/journal.ts';
import { pictureLifeMs } from '../../paid-task/await-task.ts';
import type { Claims } from '../../paid-task/claim.ts';
import { checkTaskIds } from '../../paid-task/locate.ts';
import { makePicture } from '../../paid-task/make-picture.ts';
import { record } from '../../paid-task/record.ts';
import { adopt, reopen } from '../../paid-task/reopen.ts';
import { retarget } from '../../paid-task/retarget.ts';
import { stopGracefully } from '../../paid-task/stop.ts';
import { untilSure } from '../../paid-task/until-sure.ts';
import { type Begun, createWork, type Work } from '../../paid-task/work.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { flagSource, settingSource } from '../../request/sources.ts';
import { parseWishes, type WaitingFlags } from '../../request/wishes.ts';

export interface ResumeFlags extends WaitingFlags {
  all?: boolean;
  dir?: string;
}

const tasksAtOnce = 8;

/** Finishes what dead runs left, or just the tasks named. Answers the exit code. */
export async function resume(context: Context, ids: readonly string[], flags: ResumeFlags): Promise<number> {
  const problems: string[] = [];
  checkTaskIds(ids, problems);
  const wishes = parseWishes([flagSource(flags), settingSource(context.stored.settings)], problems);
  if (problems.length > 0 || !wishes) throw tellAll(problems);
  const work = createWork(context, wishes);
  stopGracefully(work);
  await untilSure(context, (entry) => isChosen(entry, ids, flags.all === true), work.deadline, '');
  const dead = await context.journal.dead();
  const unfinished = dead.flatMap((run) => [...run.entries.values()].map((entry) => ({ run, entry })));
  const chosen = unfinished.filter(({ entry }) => isChosen(entry, ids, flags.all === true));
  const others = await named(
    context,
    ids.filter((id) => !chosen.some(({ entry }) => entry.accepted?.id === id)),
  );
  if (chosen.length + others.length === 0) {
    context.reporter.note(nothingToDo(unfinished.length, await context.journal.alive()));
    return 0;
  }
  context.reporter.progress.expect(chosen.length + others.length);
  const claims: Claims = new Map();
  const begin = [
    ...chosen.map(
      ({ run, entry }) =>
        () =>
          take(work, run, entry, claims),
    ),
    ...others.map((entry) => () => reopen(context, entry)),
  ];
  const reports = await pMap(begin, async (start) => await finish(work, await start(), flags.dir), {
    concurrency: tasksAtOnce,
  });
  return exitCodeOf(reports.flatMap((report) => (report ? [report.error?.code] : [])));
}

function isChosen(entry: Entry, ids: readonly string[], all: boolean): boolean {
  if (ids.length > 0) return entry.accepted !== undefined && ids.includes(entry.accepted.id);
  return all || !entry.letGo;
}

/** The tasks that no dead run holds: ended ones, of which a file may be missing. */
async function named(context: Context, ids: readonly string[]): Promise<Entry[]> {
  const known = new Map<string, { entry: Entry; busy: boolean }>();
  if (ids.length > 0) await context.journal.each(note);
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new Failure('not_found', `the record of this machine holds no task ${unknown.join(', ')}`, {
      hint: `Fetch it by its id: ${context.command(`download ${unknown.join(' ')} --wait`)}`,
    });
  }
  const busy = ids.filter((id) => known.get(id)?.busy);
  if (busy.length > 0) {
    throw new Failure('conflict', `another process is at work on ${busy.join(', ')}`, {
      hint: 'Leave it to that one, or end it first',
    });
  }
  return [...known.values()].map(({ entry }) => entry);

  function note(entry: Entry, isBusy: boolean): boolean {
    const id = entry.accepted?.id;
    if (id === undefined || !ids.includes(id)) return false;
    const before = known.get(id);
    known.set(id, { entry: before?.entry ?? entry, busy: isBusy || before?.busy === true });
    return false;
  }
}

function nothingToDo(letGo: number, alive: number): string {
  if (letGo > 0) {
    const tasks = letGo === 1 ? 'one task was' : `${letGo} tasks were`;
    return `Nothing to resume; ${tasks} let go with --no-wait (resume --all fetches them)`;
  }
  if (alive === 0) return 'Nothing to resume: every task has ended';
  return `Nothing to resume: ${alive === 1 ? 'one run is' : `${alive} runs are`} still at work`;
}

/** A request that was never answered is not sent again when its picture would be gone by now. */
async function take(work: Work, run: DeadRun, entry: Entry, claims: Claims): Promise<Begun | undefined> {
  const { reporter, world } = work.context;
  const begun = await adopt(work.context, run, entry.key, claims);
  if (!begun) {
    reporter.note('Another process has just taken a task up: left to it');
    return undefined;
  }
  if (begun.entry.accepted || world.clock.now() - begun.entry.intended.at < pictureLifeMs) return begun;
  await record({ work, ...begun }, { event: 'ended', how: 'given-up', message: 'older than seven days' });
  reporter.note(
    `A request of ${new Date(begun.entry.intended.at).toISOString()} is too old to be sent again: closed`,
  );
  return undefined;
}

async function finish(
  work: Work,
  begun: Begun | undefined,
  dir: string | undefined,
): Promise<TaskReport | undefined> {
  if (!begun) return undefined;
  const { context } = work;
  const { target } = begun.entry.intended;
  const folder =
    dir === undefined ? target.folder : resolve(context.world.cwd, expandHome(dir, context.world.home));
  // Nobody waits at the pipe any more that the picture was meant for.
  const output = target.output === '-' ? '' : target.output;
  await retarget(work, begun, { ...target, folder, output });
  const report = await makePicture(work, begun);
  await context.reporter.task(report, 'files');
  return report;
}
