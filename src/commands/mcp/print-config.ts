import type { Context } from '../../context.ts';
import { joinPath } from '../../disk/surroundings.ts';
import { invalid } from '../../errors.ts';
import { hermesHome } from '../../hermes/home.ts';
import { didYouMean } from '../../near-miss.ts';
import { type Agent, agentConfig, agents } from './agent-config.ts';
import type { McpFlags } from './tool-calls.ts';

/** Prints what an agent's settings need to start the server, with the flags that were typed. Answers the exit code. */
export async function printMcpConfig(context: Context, typed: string, flags: McpFlags): Promise<number> {
  const agent = agents.find((known) => known === typed.toLowerCase());
  if (!agent) {
    throw invalid(
      `--print-config ${JSON.stringify(typed)} is none of ${agents.join(', ')}${didYouMean(typed, agents)}`,
    );
  }
  const { world, reporter } = context;
  const { place, text } = agentConfig(agent, {
    args: argsFor(context, agent, flags),
    // OpenClaw does not start with a variable that is not set.
    key: flags.sandbox !== true && (agent !== 'openclaw' || Boolean(world.env.RUNAPI_API_KEY)),
    env: environmentFor(context, agent),
    windows: world.platform === 'win32',
  });
  await reporter.data({ agent, place, text }, text);
  reporter.note(`Paste it into ${place}, and restart the agent`);
  return 0;
}

function argsFor(context: Context, agent: Agent, flags: McpFlags): string[] {
  const { baseUrl } = context.flags;
  const home = agent === 'hermes' ? hermesHome(context.world) : undefined;
  // Hermes makes one call at a time of a server: a long one holds up the others.
  const timeout = flags.timeout ?? (agent === 'hermes' ? '20s' : undefined);
  // Every chat platform of Hermes may send what lies there.
  const dir = flags.dir ?? (home && joinPath(context.world, home, 'cache', 'images'));
  return [
    'mcp',
    ...(dir ? ['--dir', dir] : []),
    ...(baseUrl ? ['--base-url', baseUrl] : []),
    ...(flags.maxCost ? ['--max-cost', flags.maxCost] : []),
    ...(flags.maxPictures ? ['--max-pictures', flags.maxPictures] : []),
    ...(timeout ? ['--timeout', timeout] : []),
    ...(flags.sandbox ? ['--sandbox'] : []),
  ];
}

/** Hermes hides its own home from what it starts; without it the server would look for the key in another. */
function environmentFor({ world }: Context, agent: Agent): Record<string, string> {
  const home = world.env.HERMES_HOME?.trim();
  return agent === 'hermes' && home ? { HERMES_HOME: home } : {};
}
