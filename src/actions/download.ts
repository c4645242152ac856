import { resolve } from 'node:path';
import pMap from 'p-map';
import type { Context } from '../context.ts';
import { prepareFolder } from '../disk/folder.ts';
import { fixedFolder } from '../image/picture-path.ts';
import type { Entry } from '../journal/entry.ts';
import type { Target } from '../journal/event.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { Run } from '../journal/run.ts';
import { tellAll } from '../problems.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import type { TaskReport } from '../report/task-report.ts';
import { checkTaskIds, locate } from './locate.ts';
import { makePicture } from './make-picture.ts';
import { record } from './record.ts';
import { adopt, foreign, reopen } from './reopen.ts';
import { stopGracefully } from './stop.ts';
import { type NamingFlags, readTarget } from './target.ts';
import { readWishes, type WaitingFlags } from './wishes.ts';
import { type Begun, createWork, type Work } from './work.ts';

export interface DownloadFlags extends WaitingFlags, NamingFlags {
  sandbox?: boolean;
}

const tasksAtOnce = 8;

/** Saves the pictures of tasks by their ids, of whatever machine they are. Answers the exit code. */
export async function download(
  context: Context,
  ids: readonly string[],
  flags: DownloadFlags,
): Promise<number> {
  checkTaskIds(ids);
  const problems: string[] = [];
  const wishes = readWishes({ ...flags, wait: true }, context.stored.settings.timeout, problems);
  const target = readTarget(context, flags, ids.length, problems);
  if (problems.length > 0) throw tellAll(problems);
  if (target.output !== '-') await prepareFolder(resolve(target.folder, fixedFolder(target.output)));
  const work = createWork(context, { ...wishes, patient: flags.wait === true });
  stopGracefully(work);
  context.reporter.progress.expect(ids.length);

  const dead = await context.journal.dead();
  const known = await locate(context, ids);
  const owned = new Map<string, Run>();
  const reports = await pMap(
    [...new Set(ids)],
    async (id, position) => {
      const begun = await begin(work, id, { ...target, index: position + 1 }, flags.sandbox === true, {
        dead,
        known,
        owned,
      });
      const report = await makePicture(work, begun);
      await context.reporter.task(report, 'files');
      return report;
    },
    { concurrency: tasksAtOnce },
  );
  return exitCodeOf(reports.map((report: TaskReport) => report.error?.code));
}

interface Known {
  dead: readonly DeadRun[];
  known: ReadonlyMap<string, Entry>;
  owned: Map<string, Run>;
}

async function begin(
  work: Work,
  id: string,
  target: Target,
  inSandbox: boolean,
  { dead, known, owned }: Known,
): Promise<Begun> {
  const { context } = work;
  const begun =
    (await ofDeadRun()) ??
    (await ofRecord()) ??
    (await foreign(context, id, await context.server(inSandbox), target));
  work.fates.set(begun.entry.key, begun.fate);
  await record({ work, ...begun }, { event: 'retargeted', target });
  return begun;

  async function ofDeadRun(): Promise<Begun | undefined> {
    for (const run of dead) {
      const entry = [...run.entries.values()].find(({ accepted }) => accepted?.id === id);
      if (entry) return await adopt(context, run, entry.key, owned);
    }
    return undefined;
  }

  async function ofRecord(): Promise<Begun | undefined> {
    const entry = known.get(id);
    // What was saved before is fetched again: that is what was asked for.
    return entry && (await reopen(context, { ...entry, saved: {} }));
  }
}
