import type { Context } from '../../context.ts';
import { joinPath } from '../../disk/surroundings.ts';
import { invalid } from '../../errors.ts';
import { hermesHome } from '../../hermes/home.ts';
import { didYouMean } from '../../near-miss.ts';
import type { McpFlags } from './tool.ts';

/** How an agent starts the server. */
interface Launch {
  command: string;
  args: string[];
  /** Whether the agent is to pass the key on. */
  key: boolean;
  /** More variables that the server needs, with their values. */
  env: Record<string, string>;
}

/** Where an agent's settings belong, for people, and how they are written. */
interface Agent {
  place: string;
  text(launch: Launch): string;
}

const name = 'runapi-imagen';

/** Sources: the documentation of each, September 2026. */
const agents: Readonly<Record<string, Agent>> = {
  hermes: { place: "config.yaml in Hermes' home (~/.hermes)", text: inYaml },
  claude: {
    place: '.mcp.json in the project, or mcpServers in ~/.claude.json for all of them',
    // An empty default: Claude Code passes on what is not set as it is written here.
    text: (launch) => inJson({ mcpServers: { [name]: started(launch, 'RUNAPI_API_KEY:-') } }),
  },
  codex: { place: '~/.codex/config.toml', text: inToml },
  gemini: {
    place: '.gemini/settings.json in the project, or ~/.gemini/settings.json for all of them',
    text: (launch) => inJson({ mcpServers: { [name]: started(launch, 'RUNAPI_API_KEY') } }),
  },
  openclaw: {
    place: '~/.openclaw/openclaw.json',
    text: (launch) => inJson({ mcp: { servers: { [name]: started(launch, 'RUNAPI_API_KEY') } } }),
  },
  cursor: {
    place: '.cursor/mcp.json in the project, or ~/.cursor/mcp.json for all of them',
    text: (launch) => inJson({ mcpServers: { [name]: started(launch, 'env:RUNAPI_API_KEY') } }),
  },
  vscode: {
    place: '.vscode/mcp.json in the project',
    text(launch) {
      const input = { type: 'promptString', id: 'runapi-api-key', description: 'RunAPI key', password: true };
      const server = { type: 'stdio', ...started(launch, `input:${input.id}`) };
      return inJson({ ...(launch.key && { inputs: [input] }), servers: { [name]: server } });
    },
  },
};

/** Prints what an agent's settings need to start the server, with the flags that were typed. Answers the exit code. */
export async function printMcpConfig(context: Context, typed: string, flags: McpFlags): Promise<number> {
  const agent = typed.toLowerCase();
  const names = Object.keys(agents);
  const { place, text } = agents[agent] ?? {};
  if (place === undefined || text === undefined) {
    throw invalid(`--print-config ${JSON.stringify(typed)} is none of ${names.join(', ')}${didYouMean(typed, names)}`);
  }
  const { world, reporter } = context;
  const args = ['-y', name, ...argsFor(context, agent, flags)];
  // Windows starts no npx but through its shell; Hermes finds it there too.
  const inShell = world.platform === 'win32' && agent !== 'hermes';
  const settings = text({
    ...(inShell ? { command: 'cmd', args: ['/c', 'npx', ...args] } : { command: 'npx', args }),
    // OpenClaw does not start with a variable that is not set.
    key: flags.sandbox !== true && (agent !== 'openclaw' || Boolean(world.env.RUNAPI_API_KEY)),
    env: environmentFor(context, agent),
  });
  await reporter.data({ agent, place, text: settings }, settings);
  reporter.note(`Paste it into ${place}, and restart the agent`);
  return 0;
}

function argsFor({ world, flags: { baseUrl } }: Context, agent: string, flags: McpFlags): string[] {
  const home = agent === 'hermes' ? hermesHome(world) : undefined;
  const given = {
    // Every chat platform of Hermes may send what lies there.
    '--dir': flags.dir ?? (home && joinPath(world, home, 'cache', 'images')),
    '--base-url': baseUrl,
    '--max-cost': flags.maxCost,
    '--max-pictures': flags.maxPictures,
    // Hermes makes one call at a time of a server: a long one holds up the others.
    '--timeout': flags.timeout ?? (agent === 'hermes' ? '20s' : undefined),
  };
  const words = Object.entries(given).flatMap(([flag, value]) => (value ? [flag, value] : []));
  return ['mcp', ...words, ...(flags.sandbox ? ['--sandbox'] : [])];
}

/** Hermes hides its own home from what it starts; without it the server would look for the key in another. */
function environmentFor({ world }: Context, agent: string): Record<string, string> {
  const home = world.env.HERMES_HOME?.trim();
  return agent === 'hermes' && home ? { HERMES_HOME: home } : {};
}

/** @param variable that the agent fills in with the key */
function variables({ key, env }: Launch, variable: string): Record<string, string> {
  return { ...(key && { RUNAPI_API_KEY: `\${${variable}}` }), ...env };
}

function started(launch: Launch, variable: string): object {
  const env = variables(launch, variable);
  const { command, args } = launch;
  return { command, args, ...(Object.keys(env).length > 0 && { env }) };
}

function inJson(settings: object): string {
  return JSON.stringify(settings, null, 2);
}

/** JSON is YAML too. */
function inYaml(launch: Launch): string {
  const lines = Object.entries({ ...started(launch, 'RUNAPI_API_KEY'), timeout: 300 });
  return [
    'mcp_servers:',
    '  runapi_imagen:',
    ...lines.map(([key, value]) => `    ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ].join('\n');
}

/** A list or text of JSON is one of TOML too. The first start may have to fetch the package, which takes its time. */
function inToml({ command, args, key }: Launch): string {
  return [
    `[mcp_servers.${name}]`,
    `command = ${JSON.stringify(command)}`,
    `args = ${JSON.stringify(args)}`,
    ...(key ? ['env_vars = ["RUNAPI_API_KEY"]'] : []),
    'startup_timeout_sec = 60',
    'tool_timeout_sec = 300',
  ].join('\n');
}
