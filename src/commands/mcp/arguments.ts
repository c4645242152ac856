import {
  boolean,
  int,
  maximum,
  meta,
  minimum,
  optional,
  toJSONSchema,
  type ZodMiniObject,
  type ZodMiniType,
} from 'zod/mini';

/** An argument that may be left out. */
export function argument<Value>(schema: ZodMiniType<Value>, description: string) {
  return optional(schema).check(meta({ description }));
}

/** The arguments of a call, and the names of those that the tool does not take. */
export interface Arguments {
  input: unknown;
  ignored: string[];
}

/** A schema of zod/mini as the SDK wants it. */
export function withJson(schema: ZodMiniObject) {
  const json = (): Record<string, unknown> => toJSONSchema(schema) as Record<string, unknown>;
  return { '~standard': { ...schema['~standard'], jsonSchema: { input: json, output: json } } };
}

/** The schema of a tool's arguments: shown as it is, read as models send them. */
export function argumentSchema(schema: ZodMiniObject) {
  const { '~standard': shown } = withJson(schema);
  async function validate(sent: unknown) {
    const { input, ignored } = readArguments(schema, sent);
    const read = await shown.validate(input);
    return read.issues ? { issues: read.issues } : { value: { input: read.value, ignored } satisfies Arguments };
  }
  return { '~standard': { ...shown, types: undefined as { input: unknown; output: Arguments } | undefined, validate } };
}

/**
 * Reads the arguments of a call as models send them: null and "" are arguments that were left out, "42" is 42, and
 * what the tool does not take is ignored.
 */
function readArguments(schema: ZodMiniObject, sent: unknown): Arguments {
  const { properties = {}, required = [] } = toJSONSchema(schema);
  const input: Record<string, unknown> = {};
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(sent ?? {})) {
    const property = properties[name];
    if (property === undefined) ignored.push(name);
    else if (required.includes(name) || (value !== null && value !== ''))
      input[name] = typeof value === 'string' ? readText(value, (property as { type?: string }).type) : value;
  }
  return { input, ignored };
}

function readText(text: string, type: string | undefined): unknown {
  const isWanted = type === 'integer' ? 'number' : type;
  if (isWanted !== 'number' && isWanted !== 'boolean') return text;
  try {
    const value: unknown = JSON.parse(text.trim().toLowerCase());
    return typeof value === isWanted ? value : text;
  } catch {
    return text;
  }
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
export const defaultWait = { timeout: defaultWaitSeconds };

/** What was asked for, as `parseWishes` takes it. A call that does not wait gives the request its time all the same. */
export function waitOptions(seconds: number | undefined): { wait: boolean; timeout?: number } {
  if (seconds === undefined) return { wait: true };
  return seconds === 0 ? { wait: false, ...defaultWait } : { wait: true, timeout: Math.max(leastSeconds, seconds) };
}
