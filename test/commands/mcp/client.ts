import { Client, type ClientOptions, type RequestOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import { bin, type Machine } from '../../support/program.ts';

/** What a tool answered, as far as the tests look at it. */
export interface ToolResult {
  content: Array<{ type: string; text?: string; data?: string; mimeType?: string }>;
  structuredContent?: Report;
  isError?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the SDK has checked it against the tool's schema
type Report = Record<string, any>;

/** An agent that has the built program as its MCP server. */
export interface Agent {
  client: Client;
  /** Everything that the server said on stderr so far. */
  stderr(): string;
  call(name: string, input: object, asking?: RequestOptions): Promise<ToolResult>;
}

export type Revision = 'legacy' | { pin: string };

interface AgentOptions {
  /** Which protocol the client speaks; the handshake of 2025 by default. */
  revision?: Revision;
  /** The folders that the client works in. */
  roots?: readonly string[];
}

/** Ended with the test. */
export async function startAgent(
  machine: Machine,
  words: readonly string[],
  { revision = 'legacy', roots }: AgentOptions = {},
): Promise<Agent> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bin, 'mcp', ...words],
    env: machine.env,
    cwd: machine.folder,
    stderr: 'pipe',
  });
  let said = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const options: ClientOptions = {
    versionNegotiation: { mode: revision },
    ...(roots && { capabilities: { roots: {} } }),
  };
  const client = new Client({ name: 'test', version: '1.0.0' }, options);
  if (roots) client.setRequestHandler('roots/list', () => ({ roots: roots.map((uri) => ({ uri })) }));
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    client,
    stderr: () => said,
    call: async (name, input, asking) =>
      (await client.callTool({ name, arguments: { ...input } }, asking)) as ToolResult,
  };
}

/** The agent of a service, which looks often: tests wait for nothing. */
export function startAgentOf(service: { url: string }, machine: Machine, options: AgentOptions = {}): Promise<Agent> {
  return startAgent(machine, ['--base-url', service.url, '--poll-interval', '20ms'], options);
}

export function textOf({ content }: ToolResult): string {
  return content.flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n');
}
