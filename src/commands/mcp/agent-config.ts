export const agents = ['hermes', 'claude', 'codex', 'gemini', 'openclaw', 'cursor', 'vscode'] as const;
export type Agent = (typeof agents)[number];

/** How an agent starts the server. */
export interface Launch {
  /** The arguments of `runapi-imagen`. */
  args: readonly string[];
  /** Whether the agent is to pass the key on. */
  key: boolean;
  /** More variables that the server needs, with their values. */
  env: Readonly<Record<string, string>>;
  windows: boolean;
}

export interface AgentConfig {
  /** Where it belongs, for people. */
  place: string;
  text: string;
}

/** Returns the settings to paste for an agent. Sources: the documentation of each, September 2026. */
export function agentConfig(agent: Agent, launch: Launch): AgentConfig {
  return { place: places[agent], text: formats[agent](launch) };
}

const places: Readonly<Record<Agent, string>> = {
  hermes: "config.yaml in Hermes' home (~/.hermes)",
  claude: '.mcp.json in the project, or mcpServers in ~/.claude.json for all of them',
  codex: '~/.codex/config.toml',
  gemini: '.gemini/settings.json in the project, or ~/.gemini/settings.json for all of them',
  openclaw: '~/.openclaw/openclaw.json',
  cursor: '.cursor/mcp.json in the project, or ~/.cursor/mcp.json for all of them',
  vscode: '.vscode/mcp.json in the project',
};

const formats: Readonly<Record<Agent, (launch: Launch) => string>> = {
  hermes: inYaml,
  // An empty default: Claude Code passes on what is not set as it is written here.
  claude: (launch) => inJson({ mcpServers: { [name]: started(launch, filledIn('RUNAPI_API_KEY:-')) } }),
  codex: inToml,
  gemini: (launch) => inJson({ mcpServers: { [name]: started(launch, filledIn('RUNAPI_API_KEY')) } }),
  openclaw: (launch) => inJson({ mcp: { servers: { [name]: started(launch, filledIn('RUNAPI_API_KEY')) } } }),
  cursor: (launch) => inJson({ mcpServers: { [name]: started(launch, filledIn('env:RUNAPI_API_KEY')) } }),
  vscode(launch) {
    const input = { type: 'promptString', id: 'runapi-api-key', description: 'RunAPI key', password: true };
    const server = { type: 'stdio', ...started(launch, filledIn(`input:${input.id}`)) };
    return inJson({ ...(launch.key && { inputs: [input] }), servers: { [name]: server } });
  },
};

const name = 'runapi-imagen';

/** Writes a variable that the agent fills in. */
function filledIn(variable: string): string {
  return `\${${variable}}`;
}

function started(launch: Launch, key: string): object {
  const env = variables(launch, key);
  return { ...command(launch), ...(Object.keys(env).length > 0 && { env }) };
}

/** Windows starts no npx but through its shell. */
function command({ args, windows }: Launch): { command: string; args: string[] } {
  const all = ['-y', name, ...args];
  return windows ? { command: 'cmd', args: ['/c', 'npx', ...all] } : { command: 'npx', args: all };
}

function variables({ key, env }: Launch, value: string): Record<string, string> {
  return { ...(key && { RUNAPI_API_KEY: value }), ...env };
}

function inJson(settings: object): string {
  return JSON.stringify(settings, null, 2);
}

/** A list or text of JSON is one of YAML and of TOML too. */
function inYaml(launch: Launch): string {
  const env = Object.entries(variables(launch, filledIn('RUNAPI_API_KEY')));
  return [
    'mcp_servers:',
    '  runapi_imagen:',
    '    command: npx', // Hermes finds it on Windows too
    `    args: ${JSON.stringify(command({ ...launch, windows: false }).args)}`,
    ...(env.length > 0 ? ['    env:'] : []),
    ...env.map(([variable, value]) => `      ${variable}: ${JSON.stringify(value)}`),
    '    timeout: 300',
  ].join('\n');
}

/** The first start may have to fetch the package, for which Codex allows ten seconds unless told. */
function inToml(launch: Launch): string {
  const { command: program, args } = command(launch);
  return [
    `[mcp_servers.${name}]`,
    `command = ${JSON.stringify(program)}`,
    `args = ${JSON.stringify(args)}`,
    ...(launch.key ? ['env_vars = ["RUNAPI_API_KEY"]'] : []),
    'startup_timeout_sec = 60',
    'tool_timeout_sec = 300',
  ].join('\n');
}
