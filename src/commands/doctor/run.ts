import type { Context } from '../../context.ts';
import { exitCodes } from '../../errors.ts';
import { colours, wantsColour } from '../../terminal/colours.ts';
import { type Check, linesOf } from './check.ts';
import { checkFolders, checkNode, checkServe, checkSettings, checkTerminal } from './machine.ts';
import { askAccount, checkService } from './service.ts';

/** Checks everything that a `generate` needs and prints each result as soon as it is known. Buys nothing. */
export async function doctor(context: Context, inSandbox = false): Promise<number> {
  const { world, flags, reporter } = context;
  const paint = await colours(wantsColour(world.stdout, world.env, flags.color));
  const errors: Check[] = [];
  for await (const check of allChecks(context, inSandbox)) {
    const { name, state, message, hint = null, code = null } = check;
    await reporter.data({ check: name, state, message, hint, code }, linesOf(check, paint, world.stdout.columns()));
    if (state === 'error') errors.push(check);
  }
  const [first] = errors;
  if (first) {
    reporter.note(`generate would fail: ${errors.length} ${errors.length > 1 ? 'problems' : 'problem'} to fix`);
    return exitCodes[first.code ?? 'internal'];
  }
  reporter.next(context.command(`generate "a mug"${inSandbox ? ' --sandbox' : ''}`), 'generate would work. Try it');
  return 0;
}

async function* allChecks(context: Context, inSandbox: boolean): AsyncGenerator<Check> {
  yield* checkNode(context);
  yield* await checkSettings(context);
  if (inSandbox) yield await askAccount(context, await context.server(true));
  else yield* checkService(context);
  yield* checkFolders(context);
  yield* await checkServe(context);
  yield checkTerminal(context);
}
