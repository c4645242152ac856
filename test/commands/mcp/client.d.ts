import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { type Machine } from '../../support/program.ts';
/** What a tool answered, as far as the tests look at it. */
export interface ToolResult {
    content: Array<{
        type: string;
        text?: string;
        data?: string;
        mimeType?: string;
    }>;
    structuredContent?: Report;
    isError?: boolean;
}
type Report = Record<string, any>;
/** An agent that has the built program as its MCP server. */
export interface Agent {
    client: Client;
    /** Everything that the server said on stderr so far. */
    stderr(): string;
    call(name: string, input: object, asking?: RequestOptions): Promise<ToolResult>;
}
/** Ended with the test. */
export declare function startAgent(machine: Machine, words: readonly string[]): Promise<Agent>;
/** The agent of a service, which looks often: tests wait for nothing. */
export declare function startAgentOf(service: {
    url: string;
}, machine: Machine): Promise<Agent>;
export declare function textOf({ content }: ToolResult): string;
export {};
