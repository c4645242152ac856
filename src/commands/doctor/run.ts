import type { Context } from '../../context.ts';
import { exitCodes } from '../../errors.ts';
import { type Colours, colours, wantsColour } from '../../terminal/colours.ts';
import { printable } from '../../terminal/printable.ts';
import { askAccount } from './account.ts';
import type { Check } from './check.ts';
import { checkFolders } from './folders.ts';
import { findKeys } from './keys.ts';
import { checkNode } from './node.ts';
import { checkRoute } from './route.ts';
import { checkSettings } from './settings.ts';
import { checkTerminal } from './terminal.ts';

/** Looks at everything that a `generate` needs and tells of each thing as soon as it is known. Buys nothing. */
export async function doctor(context: Context): Promise<number> {
  const { world, flags, reporter } = context;
  const paint = await colours(wantsColour(world.stdout, world.env, flags.color));
  const broken: Check[] = [];

  async function tell(checks: readonly Check[]): Promise<void> {
    for (const check of checks) {
      const { name, state, message, hint = null, code = null } = check;
      await reporter.data({ check: name, state, message, hint, code }, line(check, paint));
      if (state === 'error') broken.push(check);
    }
  }

  await tell(checkNode(context));
  await tell(await checkSettings(context));
  const keys = await findKeys(context);
  await tell(keys.checks);
  const route = await checkRoute(context, keys);
  await tell(route.checks);
  if (keys.used && route.base !== undefined) await tell([await askAccount(context, route.base)]);
  await tell(await checkFolders(context));
  await tell(checkTerminal(context));
  const [first] = broken;
  if (first) {
    reporter.note(
      `A generate would not work now: ${broken.length} ${broken.length > 1 ? 'things' : 'thing'} to mend`,
    );
    return exitCodes[first.code ?? 'internal'];
  }
  reporter.next(context.command('generate "a mug"'), 'A generate would work');
  return 0;
}

const nameColumns = 10;

function line({ name, state, message, hint }: Check, paint: Colours): string {
  const mark = { ok: paint.good('✔'), warning: paint.warning('!'), error: paint.bad('✘') }[state];
  const told = `${mark} ${paint.strong(name.padEnd(nameColumns))} ${printable(message)}`;
  return hint ? `${told}\n${' '.repeat(nameColumns + 3)}${paint.quiet(`→ ${printable(hint)}`)}` : told;
}
