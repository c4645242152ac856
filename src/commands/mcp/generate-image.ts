import type { CallToolResult } from '@modelcontextprotocol/server';
import {
  array,
  boolean,
  describe,
  int,
  maxLength,
  number,
  type output,
  record,
  strictObject,
  string,
  unknown,
} from 'zod/mini';
import { makeAndReport } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { tellAll } from '../../errors.ts';
import { safeFileName } from '../../image/file-name.ts';
import { defaultTemplate } from '../../image/template.ts';
import { begin } from '../../paid-task/begin.ts';
import { createBudget } from '../../paid-task/budget.ts';
import { accountAt } from '../../paid-task/engine.ts';
import { namePictures } from '../../paid-task/input-pictures.ts';
import { awaitOther, isFirst } from '../../paid-task/join.ts';
import { isSameRequest } from '../../paid-task/take-up.ts';
import { recordedReport } from '../../report/report-entry.ts';
import { wireNames } from '../../request/further-fields.ts';
import { parseRequests } from '../../request/request.ts';
import { flagSource, namedSource, settingSource } from '../../request/sources.ts';
import { parseTarget } from '../../request/target.ts';
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

/** What the agent is told of the arguments. What they mean is checked where all requests are parsed. */
const input = strictObject({
  prompt: string().check(describe('What the picture shows. It reaches the model word for word, in any language.')),
  model: argument(
    string(),
    "imagen-4-fast is the cheapest of Imagen, imagen-4-ultra the best and dearest; list_models tells all others. Default: the user's setting, else imagen-4.",
  ),
  aspect_ratio: argument(
    string(),
    "Width to height. Imagen takes 1:1, 16:9, 9:16, 3:4 and 4:3; auto works with imagen-4-fast only. Default: the user's setting, else the model's own.",
  ),
  negative_prompt: argument(string(), 'What to avoid in the picture.'),
  seed: argument(int(), 'The same seed and prompt give a similar picture again.'),
  image_paths: argument(
    array(string()),
    'Pictures to change or to start from: absolute paths, URLs, or task:TASK-ID of an earlier picture.',
  ),
  output_resolution: argument(string(), 'Such as 1k, 2k or 4k. Not for Imagen 4 from text.'),
  output_format: argument(string(), 'png or jpg. Not for Imagen 4 from text.'),
  output_quality: argument(string(), 'Such as basic, high or ultra. Not for Imagen 4.'),
  other_fields: argument(record(string(), unknown()), 'Further fields that the model takes, by their names at RunAPI.'),
  folder: argument(
    string(),
    'A folder below the default one; made if missing. Nothing is saved elsewhere. Leave it out unless the user named it.',
  ),
  file_name: argument(
    string().check(maxLength(200)),
    'A file name in that folder, with or without extension. Default: the prompt and the task id. An existing file is never overwritten.',
  ),
  wait_seconds: waitSeconds('to return as soon as the task is accepted'),
  include_image: includeImage,
  max_cost_usd: argument(
    number(),
    'Refuse before anything is bought if the picture costs more US dollars than this now.',
  ),
  new: argument(
    boolean(),
    'Buy another picture even where an interrupted call of the same arguments could be taken up. Default false.',
  ),
});

type GenerateImageInput = output<typeof input>;

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

export const generateImageTool: Tool<typeof input> = {
  name: 'generate_image',
  title: 'Generate an image (paid)',
  description:
    'Makes a picture from a text prompt, or from pictures (image_paths), with Imagen 4 or any model of list_models ' +
    'through RunAPI, saves it, and returns its absolute path. ' +
    'Each picture costs money (list_models shows the prices): ask the user before making many, or imagen-4-ultra ones. ' +
    'It takes some 5 to 30 seconds. If it is not ready in time the answer has status "processing" and a task_id: ' +
    'call get_image with that id, do not generate again. After an interrupted call, the same arguments take up ' +
    'the task that was begun and cost nothing more.',
  input,
  output: taskShape,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  act: generateImage,
};

const door = 'mcp';

/** Makes one picture for an agent: the life of a task is that of `generate`. */
async function generateImage(call: ToolCall, input: GenerateImageInput): Promise<CallToolResult> {
  const { context, session } = call;
  const { request, target, wishes } = await readOrder(call, input);
  const server = await context.server();
  await context.api(server); // a missing key is told before anything else happens
  if (wishes.wait) await prepareTarget(context, target);
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
async function readOrder(call: ToolCall, input: GenerateImageInput) {
  const { engine, world, stored } = call.context;
  const problems: string[] = [];
  const given = namedSource(input, argumentNames);
  const [request] = parseRequests([given, settingSource(stored.settings)], problems) ?? [];
  const waiting = namedSource(waitOptions(input.wait_seconds));
  const { maxCost: _, ...own } = call.flags; // of the session
  const wishes = parseWishes([waiting, given, flagSource(own), defaultWait], problems);
  const root = await rootFolder(call);
  const folder = folderBelow(root, input.folder, world.home);
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
