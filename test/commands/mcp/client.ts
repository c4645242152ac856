import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
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

/** Ended with the test. */
export async function startAgent(machine: Machine, words: readonly string[]): Promise<Agent> {
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
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    client,
    stderr: () => said,
    call: async (name, input, asking) =>
      (await client.callTool({ name, arguments: { ...input } }, undefined, asking)) as ToolResult,
  };
}

/** The agent of a service, which looks often: tests wait for nothing. */
export function startAgentOf(service: { url: string }, machine: Machine): Promise<Agent> {
  return startAgent(machine, ['--base-url', service.url, '--poll-interval', '20ms']);
}

export function textOf({ content }: ToolResult): string {
  return content.flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n');
}
