import type { output, ZodMiniObject } from 'zod/mini';

/** A tool as the agent sees it. */
export interface Declaration<Input extends ZodMiniObject = ZodMiniObject> {
  name: string;
  title: string;
  /** For the model: what it does, what it costs, what to call next. */
  description: string;
  input: Input;
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
}

/** A tool with what it does. */
export interface Tool {
  declaration: Declaration;
  /** The shape of `structured` in its answers. */
  output: ZodMiniObject;
  call(input: never, talk: Talk): Promise<Answer>;
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

export type Block = { type: 'text'; text: string } | { type: 'image'; data: string; mimeType: string };

export interface Answer {
  content: Block[];
  structured?: object | undefined;
  /** The model is told that the call failed. */
  failed?: boolean;
}

/** Binds a declared tool to what it does. */
export function tool<Input extends ZodMiniObject>(
  declaration: Declaration<Input>,
  shape: ZodMiniObject,
  call: (input: output<Input>, talk: Talk) => Promise<Answer>,
): Tool {
  return { declaration, output: shape, call };
}
