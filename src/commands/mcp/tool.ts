import type { CallToolResult } from '@modelcontextprotocol/server';
import type { output, ZodMiniObject } from 'zod/mini';
import type { Context } from '../../context.ts';
import type { Budget } from '../../paid-task/budget.ts';
import type { Texts } from '../../request/sources.ts';

/** A tool as the agent sees it, and what it does. */
export interface Tool<Input extends ZodMiniObject = ZodMiniObject> {
  name: string;
  title: string;
  /** For the model: what it does, what it costs, what to call next. */
  description: string;
  input: Input;
  /** Of the structured answer. Fields may be added in later versions. */
  output: ZodMiniObject;
  annotations: { readOnlyHint: boolean; destructiveHint: false; idempotentHint: boolean; openWorldHint: true };
  act(call: ToolCall, input: output<Input>): Promise<CallToolResult>;
}

/** The flags of `mcp`, as they were typed. */
export interface McpFlags extends Texts<'dir' | 'maxBytes' | 'pollInterval' | 'maxCost' | 'maxPictures' | 'timeout'> {
  sandbox?: boolean;
}

/** The client's side of one call. */
export interface Talk {
  /** Aborted when the client no longer wants the answer. */
  signal: AbortSignal;
  /** Tells how far the call is; undefined where the client did not ask for it. */
  progress: ((message: string) => void) | undefined;
  /** The folders that it works in, absolute; empty where it does not tell. */
  roots: readonly string[];
}

/** One call of a tool at work. */
export interface ToolCall extends Talk {
  /** Its own, as a command has: settings and key are read anew, and nothing stays when it is over. */
  context: Context;
  flags: McpFlags;
  /** Of all calls of the server's life together. */
  session: Budget;
}

/** Runs one call like a command of its own. Failures become answers. */
export type RunCall = (talk: Talk, act: (call: ToolCall) => Promise<CallToolResult>) => Promise<CallToolResult>;
