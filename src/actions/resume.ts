import { resolve } from 'node:path';
import pMap from 'p-map';
import type { Context } from '../context.ts';
import { Failure } from '../errors.ts';
import type { Entry } from '../journal/entry.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { Run } from '../journal/run.ts';
import { tellAll } from '../problems.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import type { TaskReport } from '../report/task-report.ts';
import { pictureLifeMs } from './await-task.ts';
import { checkTaskIds, locate } from './locate.ts';
import { makePicture } from './make-picture.ts';
import { record } from './record.ts';
import { adopt, reopen } from './reopen.ts';
import { stopGracefully } from './stop.ts';
import { readWishes, type WaitingFlags } from './wishes.ts';
import { type Begun, createWork, type Work } from './work.ts';

export interface ResumeFlags extends WaitingFlags {
  all?: boolean;
  dir?: string;
}

const tasksAtOnce = 8;

/** Finishes what dead runs left, or just the tasks named. Answers the exit code. */
export async function resume(context: Context, ids: readonly string[], flags: ResumeFlags): Promise<number> {
  checkTaskIds(ids);
  const problems: string[] = [];
  const wishes = readWishes(flags, context.stored.settings.timeout, problems);
  if (problems.length > 0) throw tellAll(problems);
  const work = createWork(context, wishes);
  stopGracefully(work);
  const dead = await context.journal.dead();
  const unfinished = dead.flatMap((run) => [...run.entries.values()].map((entry) => ({ run, entry })));
  const chosen = unfinished.filter(({ entry }) => isChosen(entry, ids, flags.all === true));
  const others = await named(
    context,
    ids,
    chosen.map(({ entry }) => entry),
  );
  if (chosen.length + others.length === 0) {
    context.reporter.note(nothingToDo(unfinished.length));
    return 0;
  }
  context.reporter.progress.expect(chosen.length + others.length);
  const owned = new Map<string, Run>();
  const begin = [
    ...chosen.map(
      ({ run, entry }) =>
        () =>
          take(work, run, entry, owned),
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

/** The tasks that were named and that no dead run holds: ended ones, of which a file may be missing. */
async function named(context: Context, ids: readonly string[], found: readonly Entry[]): Promise<Entry[]> {
  const missing = ids.filter((id) => !found.some(({ accepted }) => accepted?.id === id));
  if (missing.length === 0) return [];
  const known = await locate(context, missing);
  const unknown = missing.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new Failure('not_found', `the record of this machine holds no task ${unknown.join(', ')}`, {
      hint: `Fetch it by its id: ${context.command(`download ${unknown.join(' ')} --wait`)}`,
    });
  }
  return [...known.values()];
}

function nothingToDo(letGo: number): string {
  if (letGo === 0) return 'Nothing to resume: every task has ended';
  const tasks = letGo === 1 ? 'one task was' : `${letGo} tasks were`;
  return `Nothing to resume; ${tasks} let go with --no-wait (resume --all fetches them)`;
}

/** A request that was never answered is not sent again when its picture would be gone by now. */
async function take(
  work: Work,
  run: DeadRun,
  entry: Entry,
  owned: Map<string, Run>,
): Promise<Begun | undefined> {
  const begun = await adopt(work.context, run, entry.key, owned);
  if (!begun || begun.entry.accepted) return begun;
  if (work.context.world.clock.now() - begun.entry.intended.at < pictureLifeMs) return begun;
  await record({ work, ...begun }, { event: 'ended', how: 'given-up', message: 'older than seven days' });
  work.context.reporter.note(
    `A request of ${new Date(begun.entry.intended.at).toISOString()} is too old to be sent again: closed`,
  );
  return undefined;
}

async function finish(
  work: Work,
  begun: Begun | undefined,
  dir: string | undefined,
): Promise<TaskReport | undefined> {
  if (!begun) return undefined; // another resume has it
  const { context } = work;
  const { entry, run, fate } = begun;
  work.fates.set(entry.key, fate);
  const { target } = entry.intended;
  const folder = dir === undefined ? target.folder : resolve(context.world.cwd, dir);
  // Nobody waits at the pipe any more that the picture was meant for.
  const output = target.output === '-' ? '' : target.output;
  await record({ work, run, entry }, { event: 'retargeted', target: { ...target, folder, output } });
  const report = await makePicture(work, begun);
  await context.reporter.task(report, 'files');
  return report;
}
