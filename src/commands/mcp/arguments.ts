import { boolean, int, maximum, meta, minimum, optional, type ZodMiniObject, type ZodMiniType } from 'zod/mini';
import { parseJson } from '../../json.ts';

/** An argument that may be left out. */
export function argument<Value>(schema: ZodMiniType<Value>, description: string) {
  return optional(schema).check(meta({ description }));
}

/**
 * Reads the arguments of a call as models send them: null and "" are arguments that were left out, "42" is 42, and
 * what the tool does not take is ignored, with a note.
 */
export function readArguments({ shape }: ZodMiniObject, sent: object): { input: object; ignored: string[] } {
  const input: Record<string, unknown> = {};
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(sent)) {
    const field = Object.hasOwn(shape, name) ? (shape[name] as ZodMiniType) : undefined;
    if (field === undefined) ignored.push(name);
    else if (value !== null && value !== '')
      input[name] = [value, untyped(value)].find((read) => field.safeParse(read).success) ?? value;
  }
  return { input, ignored };
}

/** A number, a boolean, a list or an object that was sent as a text. Some models write `True`. */
function untyped(value: unknown): unknown {
  const text = String(value).trim();
  return parseJson(/^(true|false)$/i.test(text) ? text.toLowerCase() : text);
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
