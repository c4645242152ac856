import pMap from 'p-map';
import { checkTaskIds, makeAndReport, namedBase } from '../command-line/make-and-report.ts';
import { prepareTarget, readyServer } from '../command-line/prepare-target.ts';
import { statusReport } from '../command-line/status-report.ts';
import { tellAll } from '../errors.ts';
import type { Entry } from '../journal/entry.ts';
import type { Known } from '../journal/look-up.ts';
import { adopt, type Claims } from '../paid-task/adopt.ts';
import { begin } from '../paid-task/begin.ts';
import { findTask, locate } from '../paid-task/find-task.ts';
import { namePictures } from '../paid-task/input-pictures.ts';
import { record } from '../paid-task/record.ts';
import { deadRuns, isForgotten } from '../paid-task/take-up.ts';
import type { TaskReport } from '../report/task-report.ts';
import { type ImageRequest, parseRequests } from '../request/request.ts';
import { namedSource, settingSource } from '../request/sources.ts';
import { type Call, inTheirWords, readTarget, settled, unknownNames } from './call.ts';
import type { PictureRequest } from './contract.ts';

export const door = 'library';

/** Makes one picture: the life of its task is that of the command `generate`. */
export async function generate(call: Call, asked: PictureRequest): Promise<TaskReport> {
  const { context, work, options } = call;
  const request = await readRequest(call, asked);
  const target = readTarget(call, 1);
  const server = await readyServer(context, target);
  const [begun] = await begin(work, [{ request, target }], server, { anew: options.new === true, door });
  if (!begun) throw new Error('no task was started');
  return settled(call, await makeAndReport(context, work, begun));
}

const requestNames: ReadonlyArray<keyof PictureRequest> = [
  ...(['prompt', 'model', 'aspect_ratio', 'negative_prompt', 'seed', 'image', 'resolution', 'format'] as const),
  ...(['quality', 'set', 'action', 'callback_url'] as const),
];
/** The fields that have another name in a request. */
const names = {
  aspectRatio: 'aspect_ratio',
  negativePrompt: 'negative_prompt',
  callbackUrl: 'callback_url',
  images: 'image',
};
/** The command line's names of fields. */
const callNames = { ratio: 'aspect_ratio', negative: 'negative_prompt', size: 'aspect_ratio', images: 'image' };

/** Parses one request. Throws one `validation` failure that tells every problem. */
export async function readRequest({ context }: Call, asked: PictureRequest): Promise<ImageRequest> {
  const problems = unknownNames(asked, requestNames, callNames);
  const given = namedSource({ ...asked, count: undefined }, names);
  const { model, ratio } = context.stored.settings;
  const [request, another] = parseRequests([given, settingSource({ model, ratio })], problems) ?? [];
  if (another) problems.push('one picture a request: call generate for each model and seed');
  if (problems.length > 0 || !request) throw tellAll(problems, { wayOut: '' });
  const { cwd, home } = context.world;
  const [named = request] = await namePictures(context.engine, { cwd, home, field: 'image' }, [request]);
  return named;
}

/** Tells the state of a task now. */
export async function status(call: Call, id: string): Promise<TaskReport> {
  const { context, work } = call;
  const entry = (await find(call, id))?.entry;
  const now = { ...work, wishes: { ...work.wishes, wait: false } };
  const report = await statusReport(context, now, id, entry);
  return report.error?.code === 'task_failed' ? report : settled(call, report);
}

/** Waits for a task and saves its pictures. */
export async function download(call: Call, id: string): Promise<TaskReport> {
  const { context, work } = call;
  const { server } = context;
  const known = await find(call, id);
  const target = readTarget(call, 1, false);
  if (!known) await context.api(await server());
  await prepareTarget(context, target);
  // What was saved before is fetched again, as asked.
  const unsaved = known && { ...known, entry: { ...known.entry, saved: {} } };
  const begun = await findTask(work, id, { server, target }, unsaved, new Map());
  await record({ work, ...begun }, { event: 'retargeted', target });
  return settled(call, await makeAndReport(context, work, begun));
}

async function find({ context }: Call, id: string): Promise<Known | undefined> {
  const problems: string[] = [];
  checkTaskIds([id], problems);
  if (problems.length > 0) throw tellAll(problems, { sends: false, wayOut: '' });
  return (await locate(context.engine, [id], await namedBase(context))).get(id);
}

const tasksAtOnce = 8;

/** Finishes what dead runs left, but for what was let go on purpose. */
export async function resume(call: Call): Promise<TaskReport[]> {
  const { context, work } = call;
  const { engine } = context;
  const left = await engine.journal.left({ tidy: true });
  const isMeant = (entry: Entry): boolean => !entry.letGo;
  const dead = await deadRuns(engine, left, isMeant, work.deadline.signal);
  left.unreadable.forEach(engine.listener.warn);
  const claims: Claims = new Map();
  const reports = await pMap(
    dead.flatMap((run) => [...run.entries.values()].filter(isMeant).map((entry) => ({ run, entry }))),
    async ({ run, entry }) => {
      if (isForgotten(engine, entry))
        return engine.listener.warn('a request without an answer is too old to be sent again; it may be paid for');
      const begun = await adopt(engine, run, entry.key, claims);
      if (!begun) return undefined; // another process was quicker
      work.fates.set(entry.key, begun.fate);
      const report = await makeAndReport(context, { ...work, deadline: call.deadline() }, begun);
      return { ...report, error: report.error && inTheirWords(report.error) };
    },
    { concurrency: tasksAtOnce },
  );
  return reports.filter((report) => report !== undefined);
}
