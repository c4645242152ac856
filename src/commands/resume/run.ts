import { resolve } from 'node:path';
import pMap from 'p-map';
import type { Typed, WaitingFlags } from '../../command-line/flags.ts';
import { checkTaskIds, makeAndReport } from '../../command-line/make-and-report.ts';
import { spendingSources } from '../../command-line/spending.ts';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { exitCodeOf, exitCodes, Failure, tellAll } from '../../errors.ts';
import { type Entry, isUnsent } from '../../journal/entry.ts';
import type { Left, LeftRun } from '../../journal/left-runs.ts';
import { adopt, type Claims, foreign, reopen } from '../../paid-task/adopt.ts';
import type { Begun, Work } from '../../paid-task/engine.ts';
import { record, retarget } from '../../paid-task/record.ts';
import { deadRuns, isForgotten } from '../../paid-task/take-up.ts';
import { fetchCommand } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { parseWishes } from '../../request/wishes.ts';
import { expandHome } from '../../task/home-path.ts';

export interface ResumeFlags extends WaitingFlags, Typed<'dir' | 'sandbox'> {
  all?: boolean;
  resend?: boolean;
}

const tasksAtOnce = 8;

/** Finishes what dead runs left, or just the tasks named. Returns the exit code. */
export async function resume(context: Context, ids: readonly string[], flags: ResumeFlags): Promise<number> {
  const problems: string[] = [];
  checkTaskIds(ids, problems);
  const wishes = parseWishes(spendingSources(context, flags), problems);
  if (problems.length > 0 || !wishes) throw tellAll(problems);
  if (context.stateFlaw !== undefined && !flags.sandbox) throw unread(context.stateFlaw);
  const work = startWork(context, wishes);
  const left = await context.journal.left({ letGo: true, tidy: true });
  const inScope = (entry: Entry): boolean => !flags.sandbox || entry.intended.server.sandbox;
  const isMeant = (entry: Entry): boolean => isChosen(entry, ids, flags.all === true) && inScope(entry);
  const dead = await deadRuns(context.engine, left, isMeant, work.deadline.signal);
  const unfinished = dead.flatMap((run) => [...run.entries.values()].filter(inScope).map((entry) => ({ run, entry })));
  const chosen = unfinished.filter(({ entry }) => isMeant(entry));
  const forgotten = flags.resend ? [] : chosen.filter(({ entry }) => isForgotten(context.engine, entry));
  const unsent = chosen.filter(({ entry }) => isUnsent(entry));
  const found = chosen.filter((each) => !forgotten.includes(each) && !unsent.includes(each));
  const others = await named(
    context,
    ids.filter((id) => !found.some(({ entry }) => entry.accepted?.id === id)),
  );
  const damaged = ids.length > 0 || flags.sandbox ? [] : damagedTasks(context, work, dead);
  const claims: Claims = new Map();
  await giveUp(context, work, unsent, claims);
  const begin = [
    ...found.map(
      ({ run, entry }) =>
        () =>
          take(context, run, entry, claims),
    ),
    ...others.map((entry) => () => reopen(context.engine, entry)),
    ...damaged,
  ];
  const untold = await tellTrouble(context, left, dead, forgotten);
  if (begin.length === 0) {
    if (untold === 0) context.reporter.note(nothingToDo(unfinished.length - unsent.length, left));
    return untold;
  }
  context.reporter.progress.expect(begin.length);
  const reports = await pMap(
    begin,
    async (start) => finish(context, work, await start(), { dir: flags.dir, isOneOfMany: begin.length > 1 }),
    { concurrency: tasksAtOnce },
  );
  await closeDamaged(context, dead, reports);
  return exitCodeOf(reports.flatMap((report) => (report ? [report.error?.code] : []))) || untold;
}

/** The record is not believed as it is, or has no place: nobody can say that nothing is left to do. */
function unread(flaw: string): Failure {
  return new Failure('internal', `the record of paid tasks cannot be read: ${flaw}`, {
    hint: 'What it holds is not known. Mend that, and run resume again',
  });
}

function isChosen(entry: Entry, ids: readonly string[], all: boolean): boolean {
  if (ids.length > 0) return entry.accepted !== undefined && ids.includes(entry.accepted.id);
  return all || !entry.letGo;
}

/** Closes requests that were interrupted before they left: nobody bought them, and nobody asks for them now. */
async function giveUp(
  { engine, reporter }: Context,
  work: Work,
  unsent: ReadonlyArray<{ run: LeftRun; entry: Entry }>,
  claims: Claims,
): Promise<void> {
  for (const { run, entry } of unsent) {
    const begun = await adopt(engine, run, entry.key, claims);
    const message = 'interrupted before it was sent';
    if (begun) await record({ work, ...begun }, { event: 'ended', how: 'given-up', message });
  }
  if (unsent.length > 0) reporter.note(`Gave up ${counted(unsent.length)} that never left: nothing was bought`);
}

/** Tells what cannot be finished, and why. Returns the exit code for it. */
async function tellTrouble(
  { reporter, command }: Context,
  { unreadable }: Left,
  dead: readonly LeftRun[],
  forgotten: ReadonlyArray<{ entry: Entry }>,
): Promise<number> {
  for (const problem of unreadable) reporter.warn(problem);
  const damaged = dead.filter(({ strange }) => strange > 0);
  for (const run of damaged) {
    const lines = run.strange === 1 ? 'one line' : `${run.strange} lines`;
    const wayOut = 'A task in it may be paid for: if your account shows none, move the file away';
    reporter.warn(`${run.path}: ${lines} cannot be read${holdsUnknown(run) ? `. ${wayOut}` : ''}`);
  }
  if (forgotten.length > 0) {
    const dates = forgotten.map(({ entry }) => new Date(entry.intended.at).toISOString());
    await reporter.failure(
      new Failure('conflict', `no answer ever came to ${counted(forgotten.length)} of ${dates.join(', ')}`, {
        hint:
          `They may be paid for, and the service may have forgotten their keys: sent again they may be paid for ` +
          `twice. ${command('resume --resend')} sends them`,
      }),
    );
    return exitCodes.conflict;
  }
  return unreadable.length + damaged.length > 0 ? exitCodes.internal : 0;
}

function counted(requests: number): string {
  return requests === 1 ? 'a request' : `${requests} requests`;
}

/** Tasks whose request is damaged in the record: their pictures can be had by their ids. */
function damagedTasks(context: Context, work: Work, dead: readonly LeftRun[]): Array<() => Promise<Begun>> {
  const ids = dead.flatMap((run) => [...run.ids.keys()]);
  const folder = resolve(context.world.cwd, context.stored.settings.dir ?? '.');
  return ids.map((id, position) => async () => {
    const server = await context.server(false);
    const target = { folder, output: '', existing: 'rename', index: position + 1 } as const;
    const begun = foreign(context.engine, id, server, target);
    work.fates.set(begun.entry.key, begun.fate);
    return begun;
  });
}

/** Tells whether more lines are damaged than ids can be read in them. */
function holdsUnknown({ ids, strange }: LeftRun): boolean {
  return strange > ids.size;
}

/** Puts damaged runs aside once the task of each damaged line is done. Others may hold one that nobody knows: they stay. */
async function closeDamaged(
  { journal }: Context,
  dead: readonly LeftRun[],
  reports: ReadonlyArray<TaskReport | undefined>,
): Promise<void> {
  const saved = new Set(reports.flatMap((report) => (report && !report.error ? [report.task_id] : [])));
  for (const run of dead) {
    if (run.ids.size === 0 || holdsUnknown(run)) continue;
    if ([...run.ids.keys()].every((id) => saved.has(id))) await journal.takeOver(run).catch(() => undefined);
  }
}

/** Finds the tasks that no dead run holds: ended ones, of which a file may be missing. */
async function named(context: Context, ids: readonly string[]): Promise<Entry[]> {
  const known = await context.journal.find(ids);
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new Failure('not_found', `the record of this machine has no task ${unknown.join(', ')}`, {
      hint: `Fetch it by its id: ${fetchCommand(context, unknown, { wait: true, recorded: true })}`,
    });
  }
  const busy = ids.filter((id) => known.get(id)?.busy);
  if (busy.length > 0) {
    throw new Failure('conflict', `another process is at work on ${busy.join(', ')}`, {
      hint: 'Leave it to that process, or stop it first',
    });
  }
  return [...known.values()].map(({ entry }) => entry);
}

function nothingToDo(letGo: number, { runs }: Left): string {
  const alive = runs.filter(({ life }) => life !== 'dead').length;
  if (letGo > 0) {
    const tasks = letGo === 1 ? 'one task was' : `${letGo} tasks were`;
    return `Nothing to resume; ${tasks} let go with --no-wait (resume --all fetches them)`;
  }
  if (alive === 0) return 'Nothing to resume: every task has ended';
  return `Nothing to resume: ${alive === 1 ? 'one run is' : `${alive} runs are`} still at work`;
}

async function take(
  { reporter, engine }: Context,
  run: LeftRun,
  entry: Entry,
  claims: Claims,
): Promise<Begun | undefined> {
  const begun = await adopt(engine, run, entry.key, claims);
  if (!begun) reporter.note('Another process has just taken a task up: left to it');
  return begun;
}

async function finish(
  context: Context,
  work: Work,
  begun: Begun | undefined,
  { dir, isOneOfMany }: { dir: string | undefined; isOneOfMany: boolean },
): Promise<TaskReport | undefined> {
  if (!begun) return undefined;
  const { target } = begun.entry.intended;
  const folder = dir === undefined ? target.folder : resolve(context.world.cwd, expandHome(dir, context.world.home));
  // Nobody waits at the pipe any more that the picture was meant for.
  const output = target.output === '-' ? '' : target.output;
  await retarget(work, begun, { ...target, folder, output });
  const report = await makeAndReport(context, work, begun);
  await context.reporter.task(report, 'files', { isOneOfMany });
  return report;
}
