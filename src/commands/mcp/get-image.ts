import { resolve } from 'node:path';
import { boolean, describe, type output, strictObject, string } from 'zod/mini';
import { checkTaskIds, makeAndReport, namedBase } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { startWork } from '../../command-line/start-work.ts';
import { type Asked, statusReport } from '../../command-line/status-report.ts';
import type { Context } from '../../context.ts';
import { leadsOut } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { tellAll } from '../../errors.ts';
import { fixedFolder } from '../../image/template.ts';
import type { Entry } from '../../journal/entry.ts';
import type { Known } from '../../journal/look-up.ts';
import type { Work } from '../../paid-task/engine.ts';
import { findTask, locate } from '../../paid-task/find-task.ts';
import { retarget } from '../../paid-task/record.ts';
import { recordedReport } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { flagSource, namedSource } from '../../request/sources.ts';
import type { Target } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';
import { argument, defaultWait, includeImage, waitOptions, waitSeconds } from './arguments.ts';
import { imageBlock } from './image-block.ts';
import { folderBelow, rootFolder } from './picture-folder.ts';
import type { Answer, Declaration } from './tool.ts';
import { taskAnswer } from './tool-answer.ts';
import type { ToolCall } from './tool-calls.ts';

const input = strictObject({
  task_id: string().check(describe('As generate_image returned it.')),
  wait_seconds: waitSeconds('to look once'),
  download: argument(boolean(), 'false: return only the state and the temporary URLs, save nothing. Default true.'),
  folder: argument(string(), 'Save here, below the default folder, instead of where the picture was to go.'),
  include_image: includeImage,
});

type GetImageInput = output<typeof input>;

export const getImageTool: Declaration<typeof input> = {
  name: 'get_image',
  title: 'Get a generated image',
  description:
    'The state of a task of generate_image, and its picture: waits for it if it still runs, saves it, and returns ' +
    'its absolute path. Costs nothing. Pictures can be had for seven days.',
  input,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
};

/** Tells an agent of a task by its id, and brings its picture. */
export async function getImage(call: ToolCall, input: GetImageInput): Promise<Answer> {
  const problems: string[] = [];
  checkTaskIds([input.task_id], problems);
  const waiting = waitOptions(input.wait_seconds);
  const wishes = parseWishes([namedSource(waiting), flagSource(call.flags), namedSource(defaultWait)], problems);
  if (problems.length > 0 || !wishes)
    throw tellAll(problems, { sends: false, wayOut: 'Take the id from the answer of generate_image' });
  const report = await reportOf(call, input, { ...wishes, pollUntilEnd: waiting.wait });
  return taskAnswer(report, { image: input.include_image ? await imageBlock(report) : undefined });
}

async function reportOf(
  { context, flags, roots, session, deadline }: ToolCall,
  input: GetImageInput,
  wishes: Wishes,
): Promise<TaskReport> {
  const work = { ...startWork(context, wishes), deadline: deadline(wishes.timeoutMs), budget: session };
  const id = input.task_id;
  const known = (await locate(context, [id], await namedBase(context))).get(id);
  const entry = known?.entry;
  const asked = { id, entry, sandbox: flags.sandbox === true };
  if (input.download === false) return await statusReport(context, work, asked);
  if (entry && input.folder === undefined && (await isSaved(entry))) return recordedReport(context, entry, true);
  if (entry && !entry.ended && !known?.run) return await watch(context, work, asked);
  return await fetch(context, work, { asked, known, dir: input.folder, usualDir: flags.dir, roots });
}

async function isSaved({ saved, ended }: Entry): Promise<boolean> {
  const there = await Promise.all(Object.values(saved).map(({ path }) => exists(path)));
  return ended?.how === 'saved' && there.length > 0 && there.every(Boolean);
}

const savingPolls = 25;
const savingPollEveryMs = 200;

/** Waits while another call or program saves the picture: it is not downloaded twice. */
async function watch(context: Context, work: Work, asked: Asked): Promise<TaskReport> {
  const report = await statusReport(context, work, asked);
  for (let polls = 0; report.status === 'completed' && polls < savingPolls; polls++) {
    const now = (await locate(context, [asked.id], await namedBase(context))).get(asked.id)?.entry;
    if (now?.ended) return recordedReport(context, now, true);
    await context.world.clock.wait(savingPollEveryMs, work.deadline.signal);
  }
  return report;
}

interface Fetch {
  asked: Asked;
  known: Known | undefined;
  /** The folder of this call, if it names one. */
  dir: string | undefined;
  usualDir: string | undefined;
  roots: readonly string[];
}

async function fetch(
  context: Context,
  work: Work,
  { asked: { id, sandbox }, known, dir, usualDir, roots }: Fetch,
): Promise<TaskReport> {
  const root = await rootFolder(context, usualDir, roots);
  const folder = folderBelow(root, dir, context.world.home);
  const target: Target = { folder, output: '', existing: 'rename', index: 1, root };
  if (!known || dir !== undefined) await prepareTarget(context, target);
  // In another folder it is wanted again.
  const wanted = known && dir !== undefined ? { ...known, entry: { ...known.entry, saved: {} } } : known;
  const place = { server: () => context.server(sandbox), target };
  const begun = await findTask(work, id, place, wanted, new Map());
  await retarget(work, begun, dir === undefined ? within(begun.entry.intended.target, target) : target);
  return await makeAndReport(context, { ...work, wishes: { ...work.wishes, wait: true } }, begun);
}

/** Where the picture was to go, if that is inside of the server's root. */
function within(own: Target, usual: Target): Target {
  const { root = '' } = usual;
  const isElsewhere = own.output === '-' || leadsOut(resolve(own.folder, fixedFolder(own.output)), root);
  return isElsewhere ? usual : { ...own, root };
}
