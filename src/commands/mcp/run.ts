import pLimit from 'p-limit';
import { _default, array, looseObject, number, object, strictObject, string } from 'zod/mini';
import { readBalance, readModels } from '../../command-line/account.ts';
import { spendingSources } from '../../command-line/spending.ts';
import { type Context, createContext } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { type Budget, createBudget } from '../../paid-task/budget.ts';
import { createProgress } from '../../report/progress.ts';
import { errorReport } from '../../report/task-report.ts';
import { parseFields, textAs } from '../../request/parse-fields.ts';
import { parseWishes } from '../../request/wishes.ts';
import { plainLines } from '../../terminal/status-line.ts';
import type { Output, StopSignal } from '../../world.ts';
import { errorAnswer, factsAnswer } from './answer.ts';
import { argument } from './arguments.ts';
import { generateImageTool, getImageTool } from './image-tools.ts';
import { serve } from './serve.ts';
import type { McpFlags, RunCall, Tool } from './tool.ts';

const sessionFields = object({
  // An agent that has gone wild is stopped here, where nobody says how many it may buy.
  maxPictures: _default(
    textAs((typed) => (/^\d{1,6}$/.test(typed) ? Number(typed) : undefined), 'use a whole number such as 20'),
    20,
  ),
});

/**
 * Serves the tools to an agent until it closes its end. Answers the exit code.
 * @param stdout belongs to the protocol: the context must not know it
 */
export async function mcp(context: Context, stdout: Output, flags: McpFlags): Promise<number> {
  const { world, reporter } = context;
  const problems: string[] = [];
  const typed = spendingSources(context, flags);
  const maxCost = parseWishes(typed, problems)?.maxCost;
  const session = parseFields(sessionFields, typed, problems);
  if (problems.length > 0 || !session) throw tellAll(problems);
  if (world.stdin.isTerminal) {
    reporter.note('This speaks MCP on stdin and stdout: an agent starts it. Ctrl-D ends it.');
    reporter.next(context.command('mcp --print-config claude'), 'To set an agent up');
  }
  const tools: Tool[] = [generateImageTool, getImageTool, listModelsTool, getBalanceTool];
  await serve(context, stdout, tools, callsOf(context, flags, createBudget({ maxCost, ...session })));
  return 0;
}

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true } as const;

const filtered = strictObject({
  filter: argument(
    string(),
    'Only models with these words in their name, service or action: flux, edit_image. Default: all, which are dozens.',
  ),
});

const listModelsTool: Tool<typeof filtered> = {
  name: 'list_models',
  title: 'List image models and prices',
  description:
    'The models of generate_image: service, status, what a picture costs now, and by its actions whether each makes ' +
    'pictures from text (text_to_image) or from pictures (edit_image, remix_image).',
  input: filtered,
  output: looseObject({ models: array(looseObject({ model: string(), actions: array(string()) })) }),
  annotations,
  act: async ({ context }, { filter }) => factsAnswer({ models: await readModels(context, filter) }),
};

const getBalanceTool: Tool = {
  name: 'get_balance',
  title: 'Get the account balance',
  description: 'The balance of the RunAPI account, in US cents.',
  input: strictObject({}),
  output: looseObject({ balance_cents: number(), currency: string() }),
  annotations,
  act: async ({ context }) => factsAnswer({ ...(await readBalance(context)), currency: 'USD' }),
};

const callsAtOnce = 8;
/** Often enough that a client that waits for signs of life goes on waiting. */
const progressEveryMs = 5000;

/** Runs the calls of a server's life, each like a command of its own. */
function callsOf({ world, flags: globals, sandbox }: Context, flags: McpFlags, session: Budget): RunCall {
  const atOnce = pLimit(callsAtOnce);
  /** What each call that is under way has to say when a signal comes. */
  const lastLines = new Set<Array<(signal: StopSignal) => string>>();
  const cancelled = new Set<Promise<unknown>>();
  world.onStop((signal) => {
    const lines = [...lastLines].flat().map((say) => say(signal));
    return lines.join('\n') || 'Stopped.';
  });

  const runOne: RunCall = async (talk, act) => {
    if (talk.signal.aborted) return { content: [], isError: true };
    // The tasks of a cancelled call can be taken up as soon as it has released them.
    await Promise.allSettled(cancelled);
    const own: Array<(signal: StopSignal) => string> = [];
    const context = await createContext({ ...world, onStop: (say) => own.push(say) }, globals);
    lastLines.add(own);
    context.sandbox = sandbox; // one for the server's life: its balance and its tasks stay
    const line = talk.progress && plainLines(talk.progress, world.clock, progressEveryMs);
    const progress = createProgress(line, world.clock);
    context.reporter.progress = progress;
    context.engine.listener.step = progress.step;
    try {
      return await act({ ...talk, context, flags, session });
    } catch (error) {
      return errorAnswer(errorReport(error));
    } finally {
      progress.stop();
      lastLines.delete(own);
      await context.close();
    }
  };

  return (talk, act) => {
    const call = atOnce(() => runOne(talk, act));
    talk.signal.addEventListener('abort', () => cancelled.add(call), { once: true });
    return call.finally(() => cancelled.delete(call));
  };
}
