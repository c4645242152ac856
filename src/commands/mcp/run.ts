import pLimit from 'p-limit';
import { array, exactOptional, looseObject, number, object, strictObject, string } from 'zod/mini';
import { readBalance, readModels } from '../../command-line/account.ts';
import { spendingSources } from '../../command-line/spending.ts';
import { type Context, createContext } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { type Budget, createBudget } from '../../paid-task/budget.ts';
import { orCancelled } from '../../paid-task/join.ts';
import { createProgress } from '../../report/progress.ts';
import { errorReport } from '../../report/task-report.ts';
import { parseFields, textAs } from '../../request/parse-fields.ts';
import { parseWishes } from '../../request/wishes.ts';
import type { Output, StopSignal, World } from '../../world.ts';
import { errorAnswer, factsAnswer } from './answer.ts';
import { argument } from './arguments.ts';
import { generateImageTool } from './generate-image.ts';
import { getImageTool } from './get-image.ts';
import { serve } from './serve.ts';
import type { McpFlags, RunCall, Talk, Tool } from './tool.ts';

/** An agent that has gone wild is stopped here, where nobody says how many it may buy. */
const usualPictures = 20;

const sessionFields = object({
  maxPictures: exactOptional(
    textAs(
      (typed) => (/^\d{1,6}$/.test(typed) ? Number(typed) : undefined),
      `use a whole number such as ${usualPictures}`,
    ),
  ),
});

/**
 * Serves the tools to an agent until it closes its end. Answers the exit code.
 * @param stdout belongs to the protocol: the context must not know it
 */
export async function mcp(context: Context, stdout: Output, flags: McpFlags): Promise<number> {
  const { world, reporter } = context;
  const { stdin, clock } = world;
  const problems: string[] = [];
  const typed = spendingSources(context, flags);
  const maxCost = parseWishes(typed, problems)?.maxCost;
  const maxPictures = parseFields(sessionFields, typed, problems)?.maxPictures ?? usualPictures;
  if (problems.length > 0) throw tellAll(problems);
  if (stdin.isTerminal) {
    reporter.note('This speaks MCP on stdin and stdout: an agent starts it. Ctrl-D ends it.');
    reporter.next(context.command('mcp --print-config claude'), 'To set an agent up');
  }
  const tools: Tool[] = [generateImageTool, getImageTool, listModelsTool, getBalanceTool];
  const run = callsOf(context, flags, createBudget({ maxCost, maxPictures }));
  await serve({ stdin, stdout, clock, complain: reporter.warn }, tools, run);
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
  act: async ({ context, flags }, { filter }) =>
    factsAnswer({ models: await readModels(context, flags.sandbox, filter) }),
};

const getBalanceTool: Tool = {
  name: 'get_balance',
  title: 'Get the account balance',
  description: 'The balance of the RunAPI account, in US cents.',
  input: strictObject({}),
  output: looseObject({ balance_cents: number(), currency: string() }),
  annotations,
  act: async ({ context, flags }) => factsAnswer({ ...(await readBalance(context, flags.sandbox)), currency: 'USD' }),
};

const callsAtOnce = 8;

type LastLine = (signal: StopSignal) => string;

/** Runs the calls of a server's life, each like a command of its own. */
function callsOf({ world, flags: globals, engine }: Context, flags: McpFlags, session: Budget): RunCall {
  const atOnce = pLimit(callsAtOnce);
  const lastLines = new Set<LastLine>();
  const cancelled = new Set<Promise<unknown>>();
  world.onStop((signal) => [...lastLines].map((say) => say(signal)).join('\n') || 'Stopped.');

  const runOne: RunCall = async (talk, act) => {
    if (talk.signal.aborted) return { content: [], isError: true };
    // The tasks of a cancelled call can be taken up as soon as it has released them.
    await Promise.allSettled(cancelled);
    const own = new Set<LastLine>();
    const onStop = (say: LastLine): void => {
      lastLines.add(say);
      own.add(say);
    };
    // One sandbox for the server's life: its balance and its tasks stay.
    const context = await createContext({ ...world, onStop }, globals, undefined, engine.sandbox);
    const progress = createProgress(lineOf(talk, world), world.clock);
    try {
      const listener = { ...context.engine.listener, step: progress.step };
      const reporter = { ...context.reporter, progress };
      return await act({
        context: { ...context, reporter, engine: { ...context.engine, listener } },
        flags,
        roots: talk.roots,
        session,
        deadline: (milliseconds) => orCancelled(world.deadline(milliseconds), talk.signal),
      });
    } catch (error) {
      return errorAnswer(errorReport(error));
    } finally {
      progress.stop();
      for (const say of own) lastLines.delete(say);
      await context.close();
    }
  };

  return (talk, act) => {
    const call = atOnce(() => runOne(talk, act));
    talk.signal.addEventListener('abort', () => cancelled.add(call), { once: true });
    return call.finally(() => cancelled.delete(call));
  };
}

/** Often enough that a client that waits for signs of life goes on waiting. */
const everyMs = 5000;

/** A status line that goes to the client: each change, and what goes on now and then. */
function lineOf({ progress }: Talk, { clock }: World): Parameters<typeof createProgress>[0] {
  if (!progress) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(text, changed) {
      if (!changed && clock.monotonic() - last < everyMs) return;
      last = clock.monotonic();
      progress(text);
    },
    clear() {},
    stop() {},
  };
}
