import { resolve } from 'node:path';
import { boolean, describe, type output, strictObject, string } from 'zod/mini';
import { checkTaskIds, makeAndReport, namedBase } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { statusReport } from '../../command-line/status-report.ts';
import { leadsOut } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { tellAll } from '../../errors.ts';
import { fixedFolder } from '../../image/template.ts';
import type { Entry } from '../../journal/entry.ts';
import { findTask, locate } from '../../paid-task/find-task.ts';
import { awaitOther } from '../../paid-task/join.ts';
import { retarget } from '../../paid-task/record.ts';
import { recordedReport } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { flagSource, namedSource } from '../../request/sources.ts';
import type { Target } from '../../request/target.ts';
import { parseWishes } from '../../request/wishes.ts';
import { taskAnswer } from './answer.ts';
import { folderBelow, rootFolder } from './picture-folder.ts';
import {
  argument,
  defaultWait,
  includeImage,
  startCall,
  type Tool,
  type ToolCall,
  taskShape,
  waitOptions,
  waitSeconds,
} from './tool.ts';

const input = strictObject({
  task_id: string().check(describe('As generate_image returned it.')),
  wait_seconds: waitSeconds('to look once'),
  download: argument(boolean(), 'false: return only the state and the temporary URLs, save nothing. Default true.'),
  folder: argument(string(), 'Save here, below the default folder, instead of where the picture was to go.'),
  include_image: includeImage,
});

export const getImageTool: Tool<typeof input> = {
  name: 'get_image',
  title: 'Get a generated image',
  description:
    'The state of a task of generate_image, and its picture: waits for it if it still runs, saves it, and returns ' +
    'its absolute path. Costs nothing. Pictures can be had for seven days.',
  input,
  output: taskShape,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  act: async (call, input) => taskAnswer(await reportOf(call, input), input.include_image),
};

/** Reports a task by its id, and brings its picture. */
async function reportOf(
  call: ToolCall,
  { task_id: id, wait_seconds, download = true, folder: named }: output<typeof input>,
): Promise<TaskReport> {
  const { context, flags } = call;
  const problems: string[] = [];
  checkTaskIds([id], problems);
  const waiting = waitOptions(wait_seconds);
  const wishes = parseWishes([namedSource(waiting), flagSource(flags), defaultWait], problems);
  if (problems.length > 0 || !wishes)
    throw tellAll(problems, { sends: false, wayOut: 'Take the id from the answer of generate_image' });

  const work = startCall(call, { ...wishes, pollUntilEnd: waiting.wait });
  const known = (await locate(context, [id], await namedBase(context))).get(id);
  const entry = known?.entry;
  const isAtWork = entry !== undefined && !entry.ended && !known?.run;
  if (entry && named === undefined && download && (await isSaved(entry))) return recordedReport(context, entry, true);
  if (isAtWork && waiting.wait && download)
    return recordedReport(context, await awaitOther(work, ({ accepted }) => accepted?.id === id), true);
  if (isAtWork || !download) return await statusReport(context, work, id, entry);

  const root = await rootFolder(call);
  const folder = folderBelow(root, named, context.world.home);
  const target: Target = { folder, output: '', existing: 'rename', index: 1, root };
  if (!known || named !== undefined) await prepareTarget(context, target);
  // In another folder it is wanted again.
  const wanted = known && named !== undefined ? { ...known, entry: { ...known.entry, saved: {} } } : known;
  const begun = await findTask(work, id, { server: context.server, target }, wanted, new Map());
  await retarget(work, begun, named === undefined ? within(begun.entry.intended.target, target) : target);
  return await makeAndReport(context, { ...work, wishes: { ...work.wishes, wait: true } }, begun);
}

async function isSaved({ saved, ended }: Entry): Promise<boolean> {
  const there = await Promise.all(Object.values(saved).map(({ path }) => exists(path)));
  return ended?.how === 'saved' && there.length > 0 && there.every(Boolean);
}

/** Where the picture was to go, if that is inside of the server's root. */
function within(own: Target, usual: Target): Target {
  const { root = '' } = usual;
  const isElsewhere = own.output === '-' || leadsOut(resolve(own.folder, fixedFolder(own.output)), root);
  return isElsewhere ? usual : { ...own, root };
}
