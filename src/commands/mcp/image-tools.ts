import { resolve } from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { looseObject, nullable, type output, string } from 'zod/mini';
import { checkTaskIds, makeAndReport, namedBase } from '../../command-line/make-and-report.ts';
import { prepareTarget, readyServer } from '../../command-line/prepare-target.ts';
import { startWork } from '../../command-line/start-work.ts';
import { statusReport } from '../../command-line/status-report.ts';
import { leadsOut } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { tellAll } from '../../errors.ts';
import { safeFileName } from '../../image/file-name.ts';
import { defaultTemplate, fixedFolder } from '../../image/template.ts';
import type { Entry } from '../../journal/entry.ts';
import { begin } from '../../paid-task/begin.ts';
import { createBudget } from '../../paid-task/budget.ts';
import { accountAt, type Work } from '../../paid-task/engine.ts';
import { findTask, locate } from '../../paid-task/find-task.ts';
import { namePictures } from '../../paid-task/input-pictures.ts';
import { awaitOther, isFirst, orCancelled } from '../../paid-task/join.ts';
import { retarget } from '../../paid-task/record.ts';
import { isSameRequest } from '../../paid-task/take-up.ts';
import { recordedReport } from '../../report/report-entry.ts';
import { taskLine } from '../../report/schema.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { wireNames } from '../../request/further-fields.ts';
import type { Source } from '../../request/parse-fields.ts';
import { parseRequests } from '../../request/request.ts';
import { flagSource, namedSource, settingSource } from '../../request/sources.ts';
import { parseTarget, type Target } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';
import { taskAnswer } from './answer.ts';
import { defaultWaitSeconds, generateInput, getInput, leastSeconds } from './arguments.ts';
import { pictureFolder } from './picture-folder.ts';
import type { Tool, ToolCall } from './tool.ts';

/** The answer about a task: the line of `--json`, and what to do next. */
const taskShape = looseObject({ ...taskLine.shape, next: nullable(string()) });

/** The arguments that have another name in a request. */
const argumentNames = {
  ...wireNames,
  images: 'image_paths',
  set: 'other_fields',
  dir: 'folder',
  output: 'file_name',
  timeout: 'wait_seconds',
  maxCost: 'max_cost_usd',
};

export const generateImageTool: Tool<typeof generateInput> = {
  name: 'generate_image',
  title: 'Generate an image (paid)',
  description:
    'Makes a picture from a text prompt, or from pictures (image_paths), with Imagen 4 or any model of list_models ' +
    'through RunAPI, saves it, and returns its absolute path. ' +
    'Each picture costs money (list_models shows the prices): ask the user before making many, or imagen-4-ultra ones. ' +
    'It takes some 5 to 30 seconds. If it is not ready in time the answer has status "processing" and a task_id: ' +
    'call get_image with that id, do not generate again. After an interrupted call, the same arguments take up ' +
    'the task that was begun and cost nothing more.',
  input: generateInput,
  output: taskShape,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  act: generateImage,
};

const door = 'mcp';

/** Makes one picture for an agent: the life of a task is that of `generate`. */
async function generateImage(call: ToolCall, input: output<typeof generateInput>): Promise<CallToolResult> {
  const { context, session } = call;
  const { request, target, wishes } = await readOrder(call, input);
  const server = await readyServer(context, wishes.wait ? target : undefined);
  const work = startCall(call, wishes, createBudget(wishes, session));
  const asked = { request, server, account: await accountAt(context.engine, server) };
  if (!input.new && !(await isFirst(context.engine, door, asked, work.deadline.signal))) {
    const other = await awaitOther(work, (entry) => entry.intended.door === door && isSameRequest(entry, asked));
    const note = 'Another call of the same arguments is making this picture: nothing more is paid.';
    return taskAnswer(recordedReport(context, other, true), false, note);
  }
  const [begun] = await begin(work, [{ request, target }], server, { anew: input.new === true, door });
  if (!begun) throw new Error('no task was started');
  const note = begun.fate.uncertain ? 'Taken up from an interrupted call: nothing new was paid.' : undefined;
  return taskAnswer(await makeAndReport(context, work, begun), input.include_image, note);
}

/** Throws one `validation` failure that tells every problem. */
async function readOrder(call: ToolCall, input: output<typeof generateInput>) {
  const { engine, world, stored } = call.context;
  const problems: string[] = [];
  const given = namedSource(input, argumentNames);
  const [request] = parseRequests([given, settingSource(stored.settings)], problems) ?? [];
  const wishes = readWishes(call, input.wait_seconds, given, problems);
  const { root, folder } = await pictureFolder(call, input.folder);
  const usual = stored.settings.output === '-' ? undefined : stored.settings.output;
  // The agent may have read the name somewhere: it is one name, and no path.
  const file_name = (input.file_name && safeFileName(input.file_name)) || usual || defaultTemplate;
  const place = namedSource({ folder, file_name }, argumentNames);
  const target = parseTarget([place], world, { count: 1, areNew: true }, problems);
  if (problems.length > 0 || !request || !wishes || !target) throw tellAll(problems, { wayOut: '' });
  const { cwd, home } = world;
  const [named = request] = await namePictures(engine, { cwd, home, field: 'image_paths' }, [request]);
  return { request: named, target: { ...target, index: 1, root }, wishes };
}

export const getImageTool: Tool<typeof getInput> = {
  name: 'get_image',
  title: 'Get a generated image',
  description:
    'The state of a task of generate_image, and its picture: waits for it if it still runs, saves it, and returns ' +
    'its absolute path. Costs nothing. Pictures can be had for seven days.',
  input: getInput,
  output: taskShape,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  act: async (call, input) => taskAnswer(await getImage(call, input), input.include_image),
};

/** Reports a task by its id, and brings its picture. */
async function getImage(
  call: ToolCall,
  { task_id: id, wait_seconds, download = true, folder: named }: output<typeof getInput>,
): Promise<TaskReport> {
  const { context } = call;
  const problems: string[] = [];
  checkTaskIds([id], problems);
  const wishes = readWishes(call, wait_seconds, namedSource({}), problems);
  if (problems.length > 0 || !wishes)
    throw tellAll(problems, { sends: false, wayOut: 'Take the id from the answer of generate_image' });

  const work = startCall(call, { ...wishes, pollUntilEnd: wishes.wait });
  const known = (await locate(context, [id], await namedBase(context))).get(id);
  const entry = known?.entry;
  const isAtWork = entry !== undefined && !entry.ended && !known?.run;
  if (entry && named === undefined && download && (await isSaved(entry))) return recordedReport(context, entry, true);
  if (isAtWork && wishes.wait && download)
    return recordedReport(context, await awaitOther(work, ({ accepted }) => accepted?.id === id), true);
  if (isAtWork || !download) return await statusReport(context, work, id, entry);

  const { root, folder } = await pictureFolder(call, named);
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

/** Starts the work of a call, which also ends when the client no longer wants the answer. */
function startCall({ context, signal, session }: ToolCall, wishes: Wishes, budget = session): Work {
  const work = startWork(context, wishes);
  return { ...work, deadline: orCancelled(work.deadline, signal), budget };
}

/** Parses what a call wishes. One that does not wait gives the request its time all the same. */
function readWishes(
  { flags: { maxCost: _, ...flags } }: ToolCall, // that is of the session
  seconds: number | undefined,
  given: Source,
  problems: string[],
): Wishes | undefined {
  const timeout = seconds === 0 ? defaultWaitSeconds : seconds && Math.max(leastSeconds, seconds);
  const waiting = namedSource({ wait: seconds !== 0, timeout });
  const usual = namedSource({ timeout: defaultWaitSeconds });
  return parseWishes([waiting, given, flagSource(flags), usual], problems);
}
