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
  env?: Record<string, string>;
}

interface Agent {
  /** Where its settings belong, for people. */
  place: string;
  /** How it writes the variable that it is to fill in with the key. */
  key: string;
  /** Its settings. */
  text(launch: Launch): string;
}

const name = 'runapi-imagen';
const vscodeInput = { type: 'promptString', id: 'runapi-api-key', description: 'RunAPI key', password: true };

/** Sources: the documentation of each, September 2026. */
const agents: Readonly<Record<string, Agent>> = {
  hermes: { place: "config.yaml in Hermes' home (~/.hermes)", key: 'RUNAPI_API_KEY', text: inYaml },
  claude: {
    place: '.mcp.json in the project, or mcpServers in ~/.claude.json for all of them',
    key: 'RUNAPI_API_KEY:-', // an empty default: Claude Code passes on what is not set as it is written here
    text: inMcpServers,
  },
  codex: { place: '~/.codex/config.toml', key: 'RUNAPI_API_KEY', text: inToml },
  gemini: {
    place: '.gemini/settings.json in the project, or ~/.gemini/settings.json for all of them',
    key: 'RUNAPI_API_KEY',
    text: inMcpServers,
  },
  openclaw: {
    place: '~/.openclaw/openclaw.json',
    key: 'RUNAPI_API_KEY',
    text: (launch) => inJson({ mcp: { servers: { [name]: launch } } }),
  },
  cursor: {
    place: '.cursor/mcp.json in the project, or ~/.cursor/mcp.json for all of them',
    key: 'env:RUNAPI_API_KEY',
    text: inMcpServers,
  },
  vscode: {
    place: '.vscode/mcp.json in the project',
    key: `input:${vscodeInput.id}`,
    text: (launch) =>
      inJson({ ...(launch.env && { inputs: [vscodeInput] }), servers: { [name]: { type: 'stdio', ...launch } } }),
  },
};

/** Prints what an agent's settings need to start the server, with the flags that were typed. Answers the exit code. */
export async function printMcpConfig(context: Context, typed: string, flags: McpFlags): Promise<number> {
  const { world, reporter } = context;
  const names = Object.keys(agents);
  const agent = names.find((each) => each === typed.toLowerCase()) ?? '';
  const { place, key, text } = agents[agent] ?? unknownAgent(typed, names);
  const args = ['-y', name, ...argsFor(context, agent, flags)];
  // Windows starts no npx but through its shell; Hermes finds it there too.
  const inShell = world.platform === 'win32' && agent !== 'hermes';
  const launch = inShell ? { command: 'cmd', args: ['/c', 'npx', ...args] } : { command: 'npx', args };
  // OpenClaw does not start with a variable that is not set.
  const needsKey = !flags.sandbox && (agent !== 'openclaw' || Boolean(world.env.RUNAPI_API_KEY));
  // Hermes hides its own home from what it starts; without it the server would look for the key in another.
  const home = agent === 'hermes' && world.env.HERMES_HOME?.trim();
  const env = { ...(needsKey && { RUNAPI_API_KEY: `\${${key}}` }), ...(home && { HERMES_HOME: home }) };
  const settings = text({ ...launch, ...(Object.keys(env).length > 0 && { env }) });
  await reporter.data({ agent, place, text: settings }, settings);
  reporter.note(`Paste it into ${place}, and restart the agent`);
  return 0;
}

function unknownAgent(typed: string, names: readonly string[]): never {
  throw invalid(`--print-config ${JSON.stringify(typed)} is none of ${names.join(', ')}${didYouMean(typed, names)}`);
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

function inJson(settings: object): string {
  return JSON.stringify(settings, null, 2);
}

function inMcpServers(launch: Launch): string {
  return inJson({ mcpServers: { [name]: launch } });
}

/** JSON is YAML too. */
function inYaml(launch: Launch): string {
  const lines = Object.entries({ ...launch, timeout: 300 }).map(
    ([key, value]) => `    ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return ['mcp_servers:', '  runapi_imagen:', ...lines].join('\n');
}

/** A list or text of JSON is one of TOML too. The first start may have to fetch the package, which takes its time. */
function inToml({ command, args, env }: Launch): string {
  return [
    `[mcp_servers.${name}]`,
    `command = ${JSON.stringify(command)}`,
    `args = ${JSON.stringify(args)}`,
    ...(env ? ['env_vars = ["RUNAPI_API_KEY"]'] : []),
    'startup_timeout_sec = 60',
    'tool_timeout_sec = 300',
  ].join('\n');
}
