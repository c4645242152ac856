import { array, exactOptional, looseObject, nullable, number, object, strictObject, string } from 'zod/mini';
import { readBalance, readModels } from '../../command-line/account.ts';
import { spendingSources } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { createBudget } from '../../paid-task/budget.ts';
import { taskLine } from '../../report/schema.ts';
import { parseFields, textAs } from '../../request/parse-fields.ts';
import { parseWishes } from '../../request/wishes.ts';
import type { Output } from '../../world.ts';
import { argument } from './arguments.ts';
import { generateImage, generateImageTool } from './generate-image.ts';
import { getImage, getImageTool } from './get-image.ts';
import { serve } from './serve.ts';
import { type Declaration, tool } from './tool.ts';
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

const nothing = strictObject({});

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true } as const;

const filtered = strictObject({
  filter: argument(
    string(),
    'Only models with these words in their name, service or action: flux, edit_image. Default: all, which are dozens.',
  ),
});

const listModelsTool: Declaration<typeof filtered> = {
  name: 'list_models',
  title: 'List image models and prices',
  description:
    'The models of generate_image: service, status, what a picture costs now, and by its actions whether each makes ' +
    'pictures from text (text_to_image) or from pictures (edit_image, remix_image).',
  input: filtered,
  annotations,
};

/** What `list_models` answers. Fields may be added in later versions. */
const modelsShape = looseObject({
  models: array(
    looseObject({
      model: string(),
      service: nullable(string()),
      actions: array(string()),
      status: nullable(string()),
      ratios: array(string()),
      price: nullable(
        looseObject({
          currency: string(),
          unit_price_cents: number(),
          billing_unit: string(),
          as_of: nullable(string()),
        }),
      ),
    }),
  ),
});

const getBalanceTool: Declaration<typeof nothing> = {
  name: 'get_balance',
  title: 'Get the account balance',
  description: 'The balance of the RunAPI account, in US cents.',
  input: nothing,
  annotations,
};

/** What `get_balance` answers. */
const balanceShape = looseObject({
  balance_cents: number(),
  paid_balance_cents: nullable(number()),
  bonus_balance_cents: nullable(number()),
  spent_cents_today: nullable(number()),
  spent_cents_total: nullable(number()),
  currency: string(),
});
