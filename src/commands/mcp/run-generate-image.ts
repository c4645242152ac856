import { makeAndReport } from '../../command-line/make-and-report.ts';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { invalid } from '../../errors.ts';
import { defaultTemplate } from '../../image/template.ts';
import type { Target } from '../../journal/event.ts';
import { begin } from '../../paid-task/begin.ts';
import { type ImageRequest, parseRequests } from '../../request/request.ts';
import { prepareTarget, readTarget } from '../../request/target.ts';
import { readWishes, type Wishes } from '../../request/wishes.ts';
import type { GenerateImageInput } from './generate-image.ts';
import { imageBlock } from './image-block.ts';
import { pictureFolder } from './picture-folder.ts';
import type { Answer } from './tool.ts';
import { taskAnswer } from './tool-answer.ts';
import type { McpFlags, ToolCall } from './tool-calls.ts';
import { patience } from './wait-seconds.ts';

/** Makes one picture for an agent: the life of a task is that of `generate`. */
export async function generateImage(
  { context, flags, deadline }: ToolCall,
  input: GenerateImageInput,
): Promise<Answer> {
  const order = await readOrder(context, input, flags);
  const server = await context.server(flags.sandbox === true);
  await context.api(server); // a missing key is told before anything else happens
  if (order.wishes.wait) await prepareTarget(context, order.target);

  const work = { ...startWork(context, order.wishes), deadline: deadline(order.wishes.timeoutMs) };
  const [begun] = await begin(work, [order], server, input.new === true);
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
async function readOrder(context: Context, input: GenerateImageInput, flags: McpFlags): Promise<Order> {
  const { settings } = context.stored;
  const problems: string[] = [];
  const [request] = parseRequests(
    {
      prompt: input.prompt,
      model: input.model ?? settings.model ?? 'imagen-4',
      ratio: input.aspect_ratio ?? settings.ratio,
      negative: input.negative_prompt,
      seed: input.seed?.toString(),
    },
    problems,
  );
  const { wait_seconds, max_cost_usd: most } = input;
  const spending = most === undefined ? {} : { maxCost: `${most}` };
  const wishes = readWishes({ ...flags, ...patience(wait_seconds), ...spending }, undefined, problems);
  const dir = await pictureFolder(context, input.folder ?? flags.dir);
  if (input.file_name === '-') problems.push('file_name "-" names no file');
  const named = input.file_name ?? settings.output ?? '-';
  const output = named === '-' ? defaultTemplate : named;
  const target = readTarget(context, { dir, output }, 1, problems);
  if (problems.length > 0 || !request) throw invalid(problems.join('; '), 'Nothing was sent');
  return { request, target: { ...target, index: 1 }, wishes };
}
