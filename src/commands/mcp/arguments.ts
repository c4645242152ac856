import { boolean, int, maximum, meta, minimum, optional, pipe, transform, type ZodMiniType } from 'zod/mini';

/** An argument that may be left out. Clients of some agents send null for it then. */
export function argument<Value>(schema: ZodMiniType<Value, unknown>, description: string) {
  const given = transform((sent: unknown): unknown => sent ?? undefined);
  return optional(pipe(given, optional(schema))).check(meta({ description }));
}

/** A look at the picture costs the agent tokens. */
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
    `Seconds to wait for the picture: ${leastSeconds} or more, or 0 ${zero}. Default ${defaultWaitSeconds}.`,
  );
}

/** What was asked for, as `parseWishes` takes it. A call that does not wait gives the request its time all the same. */
export function patience(seconds: number | undefined): { wait: boolean; timeout: number } {
  if (seconds === 0) return { wait: false, timeout: defaultWaitSeconds };
  return { wait: true, timeout: Math.max(leastSeconds, seconds ?? defaultWaitSeconds) };
}
