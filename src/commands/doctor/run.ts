import type { Context } from '../../context.ts';
import { exitCodes } from '../../errors.ts';
import { colours, wantsColour } from '../../terminal/colours.ts';
import { type Check, linesOf } from './check.ts';
import { findKeys } from './keys.ts';
import { checkFolders, checkNode, checkSettings, checkTerminal } from './machine.ts';
import { checkServe } from './serve.ts';
import { askAccount, checkRoute } from './service.ts';

/** Checks everything that a `generate` needs and prints each result as soon as it is known. Buys nothing. */
export async function doctor(context: Context, inSandbox = false): Promise<number> {
  const { world, flags, reporter } = context;
  const paint = await colours(wantsColour(world.stdout, world.env, flags.color));
  const errors: Check[] = [];

  async function print(checks: readonly Check[]): Promise<void> {
    for (const check of checks) {
      const { name, state, message, hint = null, code = null } = check;
      const text = linesOf(check, paint, world.stdout.columns());
      await reporter.data({ check: name, state, message, hint, code }, text);
      if (state === 'error') errors.push(check);
    }
  }

  await print(checkNode(context));
  await print(await checkSettings(context));
  if (inSandbox) await print([await askAccount(context, await context.server(true))]);
  else await checkService();
  await print(await checkFolders(context));
  await print(await checkServe(context));
  await print([checkTerminal(context)]);
  const [first] = errors;
  if (first) {
    reporter.note(`generate would fail: ${errors.length} ${errors.length > 1 ? 'problems' : 'problem'} to fix`);
    return exitCodes[first.code ?? 'internal'];
  }
  reporter.next(context.command(`generate "a mug"${inSandbox ? ' --sandbox' : ''}`), 'generate would work. Try it');
  return 0;

  async function checkService(): Promise<void> {
    const keys = await findKeys(context);
    await print(keys.checks);
    const { checks, server } = await checkRoute(context, keys);
    await print(checks);
    if (keys.used && server) await print([await askAccount(context, server)]);
  }
}
