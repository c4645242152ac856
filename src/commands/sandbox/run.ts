import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { openShop } from '../../sandbox/models.ts';
import { parseDuration } from '../../task/duration.ts';
import { printable } from '../../terminal/printable.ts';

/** The flags of `sandbox`, as typed. */
export interface SandboxFlags {
  port?: string;
  latency?: string;
  failRate?: string;
  dialect?: string;
  billing?: string;
  sell?: string;
  retire?: string;
  maintenance?: string;
}

const defaultPort = 4010;

/** Runs the sandbox until a signal stops it. stdout gets its address, for scripts that start it in the background. */
export async function sandbox(context: Context, flags: SandboxFlags): Promise<number> {
  const problems: string[] = [];
  const port = flags.port === undefined ? defaultPort : Number(flags.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push(`Invalid --port ${JSON.stringify(flags.port)}: use a port from 0 to 65535.`);
  const latencyMs = flags.latency === undefined ? undefined : parseDuration(flags.latency);
  if (flags.latency !== undefined && latencyMs === undefined)
    problems.push(`Invalid --latency ${JSON.stringify(flags.latency)}: use a duration such as 0s or 3s.`);
  const failRate = flags.failRate === undefined ? 0 : Number(flags.failRate);
  if (!(failRate >= 0 && failRate <= 1))
    problems.push(`Invalid --fail-rate ${JSON.stringify(flags.failRate)}: use a number from 0 to 1.`);
  const { dialect = 'both' } = flags;
  if (dialect !== 'guide' && dialect !== 'service' && dialect !== 'both') {
    problems.push(`Invalid --dialect ${JSON.stringify(dialect)}: use guide, service or both.`);
  }
  const { billing = 'new' } = flags;
  if (billing !== 'new' && billing !== 'old')
    problems.push(`Invalid --billing ${JSON.stringify(billing)}: use new or old.`);
  const shop = { models: listOf(flags.sell), retire: listOf(flags.retire), maintenance: listOf(flags.maintenance) };
  try {
    openShop(shop);
  } catch (error) {
    problems.push(`Invalid model ${(error as Error).message}`);
  }
  if (problems.length > 0) throw tellAll(problems, { sends: false });

  const { startSandbox } = await import('../../sandbox/server.ts');
  const { clock, stderr } = context.world;
  const server = await startSandbox({
    port,
    failRate,
    dialect: dialect as 'both',
    billing: billing as 'new',
    ...shop,
    now: clock.now,
    ...(context.flags.verbose && { log: (text) => void stderr.write(`${printable(text)}\n`) }),
    ...(latencyMs !== undefined && { latencyMs }),
  });
  const { url } = server;
  context.world.onStop(() => 'Sandbox stopped.');
  await context.reporter.data({ url }, url);
  context.reporter.note('Every key works except sandbox-bad-key. Press Ctrl-C to stop.');
  context.reporter.next(`RUNAPI_API_KEY=any ${context.command(`generate "a mug" --base-url ${url}`)}`, 'Try it');
  await new Promise(() => undefined); // a signal ends it
  return 0;
}

function listOf(typed: string | undefined): string[] {
  return typed === undefined ? [] : typed.split(',').map((each) => each.trim());
}
