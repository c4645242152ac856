import { _default, exactOptional, object, enum as oneOf } from 'zod/mini';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { parseFields, textAs } from '../../request/parse-fields.ts';
import { flagSource } from '../../request/sources.ts';
import { openShop } from '../../sandbox/models.ts';
import { parseDuration } from '../../task/duration.ts';
import { printable } from '../../terminal/printable.ts';

const list = textAs((typed) => typed.split(',').map((each) => each.trim()), 'use a list');
const numberUpTo = (most: number, form: RegExp, reason: string) =>
  textAs((typed) => (form.test(typed) && Number(typed) <= most ? Number(typed) : undefined), reason);

const options = object({
  port: _default(numberUpTo(65_535, /^\d{1,5}$/, 'use a port from 0 to 65535'), 4010),
  latency: exactOptional(textAs(parseDuration, 'use a duration such as 0s or 3s')),
  failRate: exactOptional(numberUpTo(1, /^[\d.]{1,20}$/, 'use a number from 0 to 1')),
  dialect: exactOptional(oneOf(['guide', 'service', 'both'], 'use guide, service or both')),
  billing: exactOptional(oneOf(['new', 'old'], 'use new or old')),
  sell: exactOptional(list),
  retire: exactOptional(list),
  maintenance: exactOptional(list),
});

/** The flags of `sandbox`, as typed. */
export type SandboxFlags = { [name in keyof typeof options.shape]?: string };

/** Runs the sandbox until a signal stops it. stdout gets its address, for scripts that start it in the background. */
export async function sandbox(context: Context, flags: SandboxFlags): Promise<number> {
  const problems: string[] = [];
  const { latency: latencyMs, sell: models, ...same } = parseFields(options, [flagSource(flags)], problems) ?? {};
  try {
    openShop({ models, ...same });
  } catch (error) {
    problems.push(`Invalid model ${(error as Error).message}`);
  }
  if (problems.length > 0) throw tellAll(problems, { sends: false });

  const { startSandbox } = await import('../../sandbox/server.ts');
  const { clock, stderr } = context.world;
  const log = (text: string): void => void stderr.write(`${printable(text)}\n`);
  const verbose = context.flags.verbose && { log };
  const { url } = await startSandbox({ ...same, models, latencyMs, now: clock.now, ...verbose });
  context.world.onStop(() => 'Sandbox stopped.');
  await context.reporter.data({ url }, url);
  context.reporter.note('Every key works except sandbox-bad-key. Press Ctrl-C to stop.');
  context.reporter.next(`RUNAPI_API_KEY=any ${context.command(`generate "a mug" --base-url ${url}`)}`, 'Try it');
  await new Promise(() => undefined); // a signal ends it
  return 0;
}
