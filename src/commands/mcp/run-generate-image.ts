import { makeAndReport } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
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
import { type ImageRequest, parseRequests } from '../../request/request.ts';
import { flagSource, namedSource, settingSource } from '../../request/sources.ts';
import { parseTarget, type Target } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';
import { defaultWait, waitOptions } from './arguments.ts';
import { argumentNames, type GenerateImageInput } from './generate-image.ts';
import { imageBlock } from './image-block.ts';
import { folderBelow, rootFolder } from './picture-folder.ts';
import type { Answer } from './tool.ts';
import { taskAnswer } from './tool-answer.ts';
import type { McpFlags, ToolCall } from './tool-calls.ts';

const door = 'mcp';

/** Makes one picture for an agent: the life of a task is that of `generate`. */
export async function generateImage(
  { context, flags, session, roots, deadline }: ToolCall,
  input: GenerateImageInput,
): Promise<Answer> {
  const order = await readOrder(context, input, flags, roots);
  const server = await context.server(flags.sandbox === true);
  await context.api(server); // a missing key is told before anything else happens
  if (order.wishes.wait) await prepareTarget(context, order.target);

  const work = {
    ...startWork(context, order.wishes),
    deadline: deadline(order.wishes.timeoutMs),
    budget: createBudget(order.wishes, session),
  };
  const asked = { request: order.request, server, account: await accountAt(context.engine, server) };
  if (!input.new && !(await isFirst(context.engine, door, asked, work.deadline.signal))) {
    const other = await awaitOther(work, (entry) => entry.intended.door === door && isSameRequest(entry, asked));
    return taskAnswer(recordedReport(context, other, true), {
      note: 'Another call of the same arguments is making this picture: nothing more is paid.',
    });
  }
  const anew = input.new === true;
  const [begun] = await begin(work, [order], server, { anew, door });
  if (!begun) throw new Error('one picture was wanted, and none was begun');
  const takenUp = begun.fate.uncertain;
  const report = await makeAndReport(context, work, begun);
  return taskAnswer(report, {
    note: takenUp ? 'Taken up from an interrupted call: nothing new was paid.' : undefined,
    image: input.include_image ? await imageBlock(report) : undefined,
  });
}

interface Order {
  request: ImageRequest;
  target: Target;
  wishes: Wishes;
}

/** Throws one `validation` failure that tells every problem. */
async function readOrder(
  context: Context,
  input: GenerateImageInput,
  flags: McpFlags,
  roots: readonly string[],
): Promise<Order> {
  const { settings } = context.stored;
  const problems: string[] = [];
  const given = namedSource(input, argumentNames);
  const [request] = parseRequests([given, settingSource(settings)], problems) ?? [];
  const waiting = namedSource(waitOptions(input.wait_seconds));
  const { maxCost: _, ...own } = flags; // of the session
  const wishes = parseWishes([waiting, given, flagSource(own), namedSource(defaultWait)], problems);
  const root = await rootFolder(context, flags.dir, roots);
  const folder = folderBelow(root, input.folder, context.world.home);
  const usual = settings.output === '-' ? undefined : settings.output;
  // The agent may have read the name somewhere: it is one name, and no path.
  const file_name = (input.file_name && safeFileName(input.file_name)) || usual || defaultTemplate;
  const place = namedSource({ folder, file_name }, argumentNames);
  const target = parseTarget([place], context.world, { count: 1, areNew: true }, problems);
  if (problems.length > 0 || !request || !wishes || !target) throw tellAll(problems, { wayOut: '' });
  const { cwd, home } = context.world;
  const [named = request] = await namePictures(context.engine, { cwd, home, field: 'image_paths' }, [request]);
  return { request: named, target: { ...target, index: 1, root }, wishes };
}
