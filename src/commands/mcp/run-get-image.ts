import { exists } from '../../disk/place.ts';
import { tellAll } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import type { DeadRun } from '../../journal/journal.ts';
import { findTask } from '../../paid-task/find-task.ts';
import { checkTaskIds, locate } from '../../paid-task/locate.ts';
import { makePicture } from '../../paid-task/make-picture.ts';
import { record } from '../../paid-task/record.ts';
import { stopGracefully } from '../../paid-task/stop.ts';
import { createWork, type Work } from '../../paid-task/work.ts';
import { recordedReport } from '../../report/recorded-report.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { flagSource, namedSource } from '../../request/sources.ts';
import { prepareTarget } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';
import { statusOf } from '../status/run.ts';
import { patience } from './arguments.ts';
import type { GetImageInput } from './get-image.ts';
import { imageBlock } from './image-block.ts';
import { pictureFolder } from './picture-folder.ts';
import type { Answer } from './tool.ts';
import { taskAnswer } from './tool-answer.ts';
import type { ToolCall } from './tool-calls.ts';

/** Tells an agent of a task by its id, and brings its picture. */
export async function getImage(call: ToolCall, input: GetImageInput): Promise<Answer> {
  const problems: string[] = [];
  checkTaskIds([input.task_id], problems);
  const waiting = patience(input.wait_seconds);
  const wishes = parseWishes([namedSource(waiting), flagSource(call.flags)], problems);
  if (problems.length > 0 || !wishes)
    throw tellAll(problems, '. Take the id from the answer of generate_image');
  const report = await reportOf(call, input, { ...wishes, patient: waiting.wait });
  return taskAnswer(report, { image: input.include_image ? await imageBlock(report) : undefined });
}

async function reportOf(
  { context, flags, deadline }: ToolCall,
  input: GetImageInput,
  wishes: Wishes,
): Promise<TaskReport> {
  const work = { ...createWork(context, wishes), deadline: deadline(wishes.timeoutMs) };
  const id = input.task_id;
  const dead = await context.journal.dead();
  const entry = (await locate(context, [id])).get(id);
  const inSandbox = flags.sandbox === true;
  if (input.download === false) return await statusOf(work, id, entry, inSandbox);
  if (entry && !input.folder && (await isSaved(entry))) return recordedReport(context, entry);
  if (entry && !entry.ended && !holds(dead, id)) return await watch(work, id, entry, inSandbox);
  return await fetch(work, input, { entry, dead, inSandbox }, flags.dir);
}

async function isSaved({ saved, ended }: Entry): Promise<boolean> {
  const there = await Promise.all(Object.values(saved).map(({ path }) => exists(path)));
  return ended?.how === 'saved' && there.length > 0 && there.every(Boolean);
}

function holds(dead: readonly DeadRun[], id: string): boolean {
  return dead.some(({ entries }) => [...entries.values()].some(({ accepted }) => accepted?.id === id));
}

const savingLooks = 25;
const savingLookEveryMs = 200;

/** Another call, or another program, brings the picture: it is not brought twice. */
async function watch(work: Work, id: string, entry: Entry, inSandbox: boolean): Promise<TaskReport> {
  const { context, deadline } = work;
  const report = await statusOf(work, id, entry, inSandbox);
  for (let looks = 0; report.status === 'completed' && looks < savingLooks; looks++) {
    const now = (await locate(context, [id])).get(id);
    if (now?.ended) return recordedReport(context, now);
    await context.world.clock.wait(savingLookEveryMs, deadline.signal);
  }
  return report;
}

async function fetch(
  work: Work,
  { task_id: id, folder }: GetImageInput,
  { entry, dead, inSandbox }: { entry: Entry | undefined; dead: readonly DeadRun[]; inSandbox: boolean },
  dir: string | undefined,
): Promise<TaskReport> {
  const { context } = work;
  const target = {
    folder: await pictureFolder(context, folder ?? dir),
    output: '',
    existing: 'rename',
    index: 1,
  } as const;
  if (!entry || folder !== undefined) await prepareTarget(context, target);
  stopGracefully(work);
  // In another folder it is wanted again.
  const recorded = new Map(entry ? [[id, folder === undefined ? entry : { ...entry, saved: {} }]] : []);
  const begun = await findTask(work, id, target, inSandbox, {
    dead,
    recorded,
    owned: new Map(),
  });
  if (folder !== undefined || begun.entry.intended.target.output === '-') {
    await record({ work, ...begun }, { event: 'retargeted', target });
  }
  return await makePicture({ ...work, wishes: { ...work.wishes, wait: true } }, begun);
}
