import { exactOptional, looseObject, nullable, object, string } from 'zod/mini';
import { readBalance, readModels } from '../../command-line/account.ts';
import { spendingSources } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { createBudget } from '../../paid-task/budget.ts';
import { taskLine } from '../../report/schema.ts';
import { parseFields, textAs } from '../../request/parse-fields.ts';
import { parseWishes } from '../../request/wishes.ts';
import type { Output } from '../../world.ts';
import { balanceShape, getBalanceTool, listModelsTool, modelsShape } from './account-tools.ts';
import { generateImageTool } from './generate-image.ts';
import { getImageTool } from './get-image.ts';
import { generateImage } from './run-generate-image.ts';
import { getImage } from './run-get-image.ts';
import { serve } from './serve.ts';
import { tool } from './tool.ts';
import { factsAnswer } from './tool-answer.ts';
import { type McpFlags, toolCalls } from './tool-calls.ts';

/** An agent that has gone wild is stopped here, where nobody says how many it may buy. */
const usualPictures = 20;

const sessionFields = object({
  maxPictures: exactOptional(
    textAs(
      (typed) => (/^\d{1,6}$/.test(typed) ? Number(typed) : undefined),
      () => `use a whole number such as ${usualPictures}`,
    ),
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
  const maxPictures = parseFields(sessionFields, typed, problems)?.maxPictures ?? usualPictures;
  if (problems.length > 0) throw tellAll(problems);
  if (world.stdin.isTerminal) {
    reporter.note('This speaks MCP on stdin and stdout: an agent starts it. Ctrl-D ends it.');
    reporter.next(context.command('mcp --print-config claude'), 'To set an agent up');
  }
  const run = toolCalls(context, flags, createBudget({ maxCost, maxPictures }));
  const { sandbox } = flags;
  await serve({ stdin: world.stdin, stdout, clock: world.clock, complain: reporter.warn }, [
    tool(generateImageTool, taskShape, (input, talk) => run(talk, (call) => generateImage(call, input))),
    tool(getImageTool, taskShape, (input, talk) => run(talk, (call) => getImage(call, input))),
    tool(listModelsTool, modelsShape, ({ filter }, talk) =>
      run(talk, async (call) => factsAnswer({ models: await readModels(call.context, sandbox, filter) })),
    ),
    tool(getBalanceTool, balanceShape, (_, talk) =>
      run(talk, async (call) => factsAnswer({ ...(await readBalance(call.context, sandbox)), currency: 'USD' })),
    ),
  ]);
  return 0;
}

const taskShape = looseObject({ ...taskLine.shape, next: nullable(string()) });
