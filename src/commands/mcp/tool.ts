import type { CallToolResult } from '@modelcontextprotocol/server';
import {
  boolean,
  int,
  looseObject,
  maximum,
  meta,
  minimum,
  nullable,
  optional,
  type output,
  string,
  type ZodMiniObject,
  type ZodMiniType,
} from 'zod/mini';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import type { Budget } from '../../paid-task/budget.ts';
import type { Work } from '../../paid-task/engine.ts';
import { orCancelled } from '../../paid-task/join.ts';
import { taskLine } from '../../report/schema.ts';
import { namedSource, type Texts } from '../../request/sources.ts';
import type { Wishes } from '../../request/wishes.ts';

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

/** The answer about a task: the line of `--json`, and what to do next. */
export const taskShape = looseObject({ ...taskLine.shape, next: nullable(string()) });

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

/** Starts the work of a call, which also ends when the client no longer wants the answer. */
export function startCall({ context, signal, session }: ToolCall, wishes: Wishes, budget = session): Work {
  const work = startWork(context, wishes);
  return { ...work, deadline: orCancelled(work.deadline, signal), budget };
}

/** An argument that may be left out. */
export function argument<Value>(schema: ZodMiniType<Value>, description: string) {
  return optional(schema).check(meta({ description }));
}

/** Returning the picture costs the agent tokens. */
export const includeImage = argument(
  boolean(),
  'Also return a small version of the picture, to look at it yourself. Costs tokens; default false.',
);

/** Under the minute that many clients give a call (Codex, and all that use the SDK as it comes). */
const defaultWaitSeconds = 50;
/** No request can be sent and answered in less. */
const leastSeconds = 5;

/** How long a call may take. `zero` says what not to wait is for. */
export function waitSeconds(zero: string) {
  return argument(
    int().check(minimum(0), maximum(900)),
    `Seconds to wait for the picture: ${leastSeconds} or more, or 0 ${zero}. Default ${defaultWaitSeconds}, unless the user set another.`,
  );
}

/** How long a call waits by default. */
export const defaultWait = namedSource({ timeout: defaultWaitSeconds });

/** What was asked for, as `parseWishes` takes it. A call that does not wait gives the request its time all the same. */
export function waitOptions(seconds: number | undefined): { wait: boolean; timeout?: number } {
  if (seconds === undefined) return { wait: true };
  return seconds === 0
    ? { wait: false, timeout: defaultWaitSeconds }
    : { wait: true, timeout: Math.max(leastSeconds, seconds) };
}
