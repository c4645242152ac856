import { makeAndReport } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { Failure, tellAll } from '../../errors.ts';
import { defaultTemplate } from '../../image/template.ts';
import type { Entry } from '../../journal/entry.ts';
import { accountAt } from '../../paid-task/account.ts';
import { begin } from '../../paid-task/begin.ts';
import { createBudget } from '../../paid-task/budget.ts';
import type { Work } from '../../paid-task/engine.ts';
import { isSameRequest, nameOf } from '../../paid-task/take-up.ts';
import { recordedReport } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { type ImageRequest, parseRequests } from '../../request/request.ts';
import { flagSource, namedSource, settingSource } from '../../request/sources.ts';
import { checkInside, parseTarget, type Target } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';
import { defaultPatience, patience } from './arguments.ts';
import { argumentNames, type GenerateImageInput } from './generate-image.ts';
import { imageBlock } from './image-block.ts';
import { pictureFolder } from './picture-folder.ts';
import type { Answer } from './tool.ts';
import { taskAnswer } from './tool-answer.ts';
import type { McpFlags, ToolCall } from './tool-calls.ts';

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
  if (!input.new && !(await isFirst(context, asked, work.deadline.signal)))
    return taskAnswer(await awaitOther(context, work, asked), {
      note: 'Another call of the same arguments is making this picture: nothing more is paid.',
    });
  const anew = input.new === true;
  const [begun] = await begin(work, [order], server, { anew, door: 'mcp' });
  if (!begun) throw new Error('one picture was wanted, and none was begun');
  const takenUp = begun.fate.uncertain;
  const report = await makeAndReport(context, work, begun);
  return taskAnswer(report, {
    note: takenUp ? 'Taken up from an interrupted call: nothing new was paid.' : undefined,
    image: input.include_image ? await imageBlock(report) : undefined,
  });
}

type Asked = Parameters<typeof isSameRequest>[1];

/** Claims the request until this call ends: a client that gave up waiting often asks for the same again. */
async function isFirst({ engine }: Context, asked: Asked, signal: AbortSignal): Promise<boolean> {
  const { keyOf } = await engine.journal.identity();
  const { request, server, account } = asked;
  const name = keyOf(['mcp', server.base, account ?? null, nameOf(request)]);
  return (await engine.journal.claim(name, undefined, signal)) !== undefined;
}

const pollOtherMs = 200;

/** Waits for the picture of another call, in this process or another, as long as this call may take. */
async function awaitOther(context: Context, { deadline }: Work, asked: Asked): Promise<TaskReport> {
  const { journal, clock } = context.engine;
  let known: Entry | undefined;
  while (deadline.remaining() > pollOtherMs) {
    const { runs } = await journal.left();
    const working = runs
      .flatMap(({ entries }) => [...entries.values()])
      .find((entry) => entry.intended.door === 'mcp' && isSameRequest(entry, asked));
    if (!working && known) break;
    known = working ?? known;
    await clock.wait(pollOtherMs, deadline.signal);
  }
  const id = known?.accepted?.id;
  const entry = (id !== undefined && (await journal.find([id])).get(id)?.entry) || known;
  if (entry) return recordedReport(context, entry, true);
  throw new Failure('timeout', 'another call of the same arguments is at work', {
    hint: 'Call generate_image again with the same arguments in a moment: it is not paid for twice',
    retryable: true,
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
  const waiting = namedSource(patience(input.wait_seconds));
  const { maxCost: _, ...own } = flags; // of the session
  const wishes = parseWishes([waiting, given, flagSource(own), namedSource(defaultPatience)], problems);
  const folder = await pictureFolder(context, input.folder ?? flags.dir, roots);
  const usual = settings.output === '-' ? undefined : settings.output;
  const place = namedSource(
    { folder, file_name: input.file_name ?? usual ?? defaultTemplate },
    argumentNames,
  );
  const target = parseTarget([place], context.world, { count: 1, areNew: true }, problems);
  if (input.file_name !== undefined)
    checkInside(input.file_name, folder, context.world.home, 'file_name', problems);
  if (problems.length > 0 || !request || !wishes || !target) throw tellAll(problems, { wayOut: '' });
  return { request, target: { ...target, index: 1 }, wishes };
}
